import "dockview/dist/styles/dockview.css";
import "./style/tokens.css";
import "./style/base.css";
import "./style/dock.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./state/studio.svelte";

const target = document.querySelector("#page");
if (target) mount(App, { target });
connect();
