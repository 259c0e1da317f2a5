// A chart that says what was clicked and which months were brushed. Bundled with Vega, so
// that nothing is fetched.
async function render({ model, el }) {
  el.classList.add("workbench-chart");
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
