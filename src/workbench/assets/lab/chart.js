// A chart that says what was clicked and which months were brushed. Vega is one module for all
// charts of the page, which a widget of its own carries: nothing is fetched, and it is read once.
async function vegaOf(model) {
  const id = model.get("library").replace("IPY_MODEL_", "");
  const library = await model.widget_manager.get_model(id);
  const code = new Blob([library.get("code")], { type: "text/javascript" });
  const address = URL.createObjectURL(code);
  try {
    return (await import(address)).vegaEmbed;
  } finally {
    URL.revokeObjectURL(address);
  }
}
async function render({ model, el }) {
  el.classList.add("workbench-chart");
  globalThis.workbenchVega ??= vegaOf(model).catch((problem) => {
    globalThis.workbenchVega = undefined;
    throw problem;
  });
  const vegaEmbed = await globalThis.workbenchVega;
  const result = await vegaEmbed(el, structuredClone(model.get("spec")), {
    actions: false,
    renderer: "svg",
    tooltip: { theme: "custom" },
  });
  const report = (values) => {
    model.set("chosen", { values, count: (model.get("chosen").count ?? 0) + 1 });
    model.save_changes();
  };
  result.view.addEventListener("click", (event, item) => {
    const row = item?.datum ?? {};
    const name = row.name ?? row.row ?? row.value;
    if (typeof name === "string") report([name]);
  });
  if (model.get("brushed")) {
    let last = [];
    result.view.addSignalListener("brush", (_, range) => {
      last = range?.name ?? [];
    });
    el.addEventListener("pointerup", () => {
      if (last.length > 1) report([...last]);
    });
  }
  return () => result.finalize();
}
export default { render };
