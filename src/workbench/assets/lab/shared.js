// A widget whose script and style another widget carries for all of its kind: the page reads and
// runs them once.
async function load(script) {
  const style = document.createElement("style");
  style.textContent = script.get("style");
  document.head.append(style);
  const code = new Blob([script.get("code")], { type: "text/javascript" });
  const address = URL.createObjectURL(code);
  try {
    return (await import(address)).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}
async function render(context) {
  const { model } = context;
  const id = model.get("script").replace("IPY_MODEL_", "");
  const script = await model.widget_manager.get_model(id);
  const name = script.get("name");
  const loaded = (globalThis.workbenchScripts ??= {});
  loaded[name] ??= load(script).catch((problem) => {
    delete loaded[name];
    throw problem;
  });
  return (await loaded[name]).render(context);
}
export default { render };
