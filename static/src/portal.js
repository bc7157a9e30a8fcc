// Small improvements; every page works without them.
import { Button } from "govuk-frontend/dist/govuk/components/button/button.mjs";
import { CharacterCount } from "govuk-frontend/dist/govuk/components/character-count/character-count.mjs";
import { ErrorSummary } from "govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs";
import { ServiceNavigation } from "govuk-frontend/dist/govuk/components/service-navigation/service-navigation.mjs";
import { offerSuggestions } from "./suggestions.js";
import { SkipLink } from "govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs";

for (const Component of [ServiceNavigation, ErrorSummary, CharacterCount, Button, SkipLink]) {
  for (const element of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
    try {
      new Component(element);
    } catch (error) {
      console.error(error);
    }
  }
}
for (const field of document.querySelectorAll("input[data-suggestions]")) {
  offerSuggestions(field);
}
// The menu is folded by the style sheet until here, so that nothing jumps when it is folded by script.
document.body.classList.add("sw-ready");
