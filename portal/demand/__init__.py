"""What residents need: proposals, supports, official answers, needs (in Decidim's words)."""
