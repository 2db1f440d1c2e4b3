export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --dim: #8882; }
* { box-sizing: border-box; }
body { margin: 0; display: grid; grid-template-columns: 14rem minmax(0, 1fr); font: 15px/1.5 system-ui, sans-serif; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem; border-right: 1px solid var(--line); }
nav ul { list-style: none; padding: 0; }
nav input { width: 100%; padding: .3rem; font: inherit; }
main { padding: 1rem 2rem 4rem; max-width: 70rem; }
summary { cursor: pointer; padding: .3rem 0; }
summary b { display: inline-block; width: 4.5rem; }
summary span { color: GrayText; margin-left: .5rem; }
details { border-bottom: 1px solid var(--line); }
details[open] { padding-bottom: 1rem; }
code { font: 13px/1.5 ui-monospace, monospace; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .15rem 1rem .15rem 0; }
th { font: 13px/1.7 ui-monospace, monospace; overflow-wrap: anywhere; }
h4 { margin: .8rem 0 .2rem; }
.GET { color: #1a7f37; } .POST { color: #0969da; } .PUT { color: #9a6700; } .DELETE { color: #cf222e; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
`;

/** Filters the operations, and opens the target of a link. */
export const SCRIPT = `
const filter = document.getElementById("filter");
filter.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const section of document.querySelectorAll("section")) {
    let isFound = false;
    for (const entry of section.querySelectorAll("details")) {
      entry.hidden = !entry.querySelector("summary").textContent.toLowerCase().includes(wanted);
      isFound ||= !entry.hidden;
    }
    section.hidden = !isFound;
  }
});
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName === "DETAILS") target.open = true;
};
addEventListener("hashchange", reveal);
reveal();
`;
