// Lists to choose from above an answer. What is chosen goes to the kernel, which says what to write
// into the parameters cell of the notebook around.
function notebookAround(el) {
  const shell = globalThis.jupyterapp?.shell;
  for (const widget of shell?.widgets("main") ?? []) {
    if (widget.node.contains(el) && widget.content?.model?.cells) return widget.content.model;
  }
  return null;
}

function parametersCell(model) {
  for (const cell of model?.cells ?? []) {
    if (cell.type === "code" && (cell.getMetadata("tags") ?? []).includes("parameters")) return cell;
  }
  return null;
}

function write(el, name, value) {
  const cell = parametersCell(notebookAround(el));
  const source = cell?.sharedModel.getSource() ?? "";
  const line = new RegExp(`^${name}(\\s*:[^=\\n]+)?\\s*=.*$`, "m");
  if (!line.test(source)) return false;
  cell.sharedModel.setSource(source.replace(line, () => `${name} = ${JSON.stringify(value)}`));
  return true;
}

function render({ model, el }) {
  const draw = () => {
    el.replaceChildren();
    el.classList.add("workbench-pickers");
    for (const field of model.get("fields")) {
      const label = document.createElement("label");
      label.append(field.label);
      const list = document.createElement("select");
      list.name = field.name;
      for (const [value, text] of field.options) {
        list.append(new Option(text, value, false, value === field.value));
      }
      list.addEventListener("change", () => {
        model.set("chosen", { name: field.name, value: list.value });
        model.save_changes();
      });
      label.append(list);
      el.append(label);
    }
    const note = document.createElement("span");
    note.setAttribute("role", "status");
    note.textContent = model.get("note");
    el.append(note);
  };
  const store = () => {
    const { name, value, written, only } = model.get("write");
    if (name === undefined) return;
    model.set("note", write(el, name, value) ? written : only);
    model.save_changes();
  };
  model.on("change:fields", draw);
  model.on("change:note", draw);
  model.on("change:write", store);
  draw();
  return () => {
    model.off("change:fields", draw);
    model.off("change:note", draw);
    model.off("change:write", store);
  };
}
export default { render };
