// Names that go on from what is typed, in the browser's own list; the page works without them.
const PAUSE = 150;

export function offerSuggestions(field) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-suggestions`;
  field.after(list);
  field.setAttribute("list", list.id);
  let waiting = 0;
  let asked = new AbortController();
  field.addEventListener("input", () => {
    window.clearTimeout(waiting);
    asked.abort();
    asked = new AbortController();
    const typed = field.value.trim();
    if (typed) {
      waiting = window.setTimeout(() => show(field, list, typed, asked.signal), PAUSE);
    }
  });
}

async function show(field, list, typed, signal) {
  try {
    const answer = await fetch(`${field.dataset.suggestions}?q=${encodeURIComponent(typed)}`, { signal });
    const [, names] = answer.ok ? await answer.json() : ["", []];
    list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
  } catch (error) {
    if (error.name !== "AbortError") {
      console.error(error);
    }
  }
}
