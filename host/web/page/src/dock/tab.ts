// What a tab is made of. The cross is for pointers alone: within a tab nothing else may be reached by keyboard, and whoever
// uses one has Delete, the group's menu and the palette.

import type { DockviewGroupPanel, IHeaderActionsRenderer, ITabRenderer } from "dockview";
import { mount, unmount } from "svelte";
import { words } from "../words/index.svelte";
import { close } from "./arrange";
import GroupMenu from "./GroupMenu.svelte";

export function tab(): ITabRenderer {
  const element = document.createElement("div");
  element.className = "tab";
  const title = document.createElement("span");
  const cross = document.createElement("span");
  cross.className = "tab-close";
  cross.ariaHidden = "true";
  cross.textContent = "×";
  element.append(title, cross);
  const name = (text: string) => {
    title.textContent = text;
    cross.title = words.dock.closeNamed(text);
  };
  return {
    element,
    init(parameters) {
      name(parameters.title);
      parameters.api.onDidTitleChange(({ title }) => name(title));
      // Neither a drag nor the choice of the tab begins here.
      cross.addEventListener("pointerdown", (event) => event.stopPropagation());
      cross.addEventListener("click", (event) => {
        event.stopPropagation();
        close(parameters.containerApi.getPanel(parameters.api.id));
      });
    },
  };
}

export function groupActions(group: DockviewGroupPanel): IHeaderActionsRenderer {
  const element = document.createElement("div");
  const made = mount(GroupMenu, { target: element, props: { group } });
  return { element, init: () => {}, dispose: () => void unmount(made) };
}
