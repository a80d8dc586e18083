import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./state/studio.svelte";

connect();
const target = document.querySelector("#page");
if (target) {
  target.replaceChildren();
  mount(App, { target });
}
