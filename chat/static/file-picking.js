/** How files come in: chosen, pasted into the field, dropped on the page. What is done with them is another's. */

/** `button` opens `input`'s dialogue; `drop` is what files may be dropped on; `onfiles(list)` gets what came. */
export function pickFiles({ button, input, field, drop, onfiles }) {
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    onfiles([...input.files]);
    input.value = "";
  });
  field.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || event.clipboardData.getData("text/plain")) return; // a table is pasted as words and as a picture
    event.preventDefault();
    onfiles(files);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      drop.classList.toggle("is-drop", kind === "dragover");
      if (kind === "drop") onfiles([...event.dataTransfer.files]);
    });
  }
}
