// English. One file a view; this one holds the studio around them.

import { controller } from "./en/controller";
import { dock } from "./en/dock";
import { panels } from "./en/panels";
import { pipelines } from "./en/pipelines";
import { properties } from "./en/properties";
import { settings } from "./en/settings";
import { sound } from "./en/sound";
import { stems } from "./en/stems";

export const en = {
  title: "Ripieno",
  connecting: "Connecting",
  connected: "Connected",
  connectionLost: "Connection lost. Trying again",
  locked: "A token is needed. Open the link that the server printed, or enter its token.",
  token: "Token",
  connect: "Connect",
  menu: "Menu",
  controls: "Controls",
  addPad: "Add a pad panel",
  addKnob: "Add a knob panel",
  addPiano: "Add a piano panel",
  soundView: "Sound",
  instrumentsView: "Instruments",
  effectsView: "Effects",
  audioView: "Audio",
  stemsView: "Stems",
  pipelinesView: "Pipelines",
  settingsView: "Settings",
  controllerView: "Controller",
  propertiesView: "Properties",
  logView: "Log",
  open: "Open",
  undo: "Undo",
  redo: "Redo",
  panic: "Panic: end everything that sounds",
  commands: "Commands",
  commandPlaceholder: "Type a command",
  noCommand: "No such command",
  resetLayout: "Reset the arrangement",
  layoutReset: "The arrangement is as it was at first",
  language: "Language",
  close: "Close",
  dismiss: "Put away",
  cancel: "Cancel",
  apply: "Apply",
  save: "Save",
  remove: "Delete",
  rename: "Rename",
  loading: "Loading",
  failedToLoad: "This view could not be loaded",
  tryAgain: "Try again",
  emptyDock: "Nothing is open. The menu opens panels and views.",
  notifications: "Notifications",
  log: {
    all: "All",
    info: "Information",
    warning: "Warnings",
    error: "Errors",
    filter: "Filter by words",
    levels: "Levels",
    empty: "Nothing has happened yet",
    follow: "Go to the newest",
    times: (count: number) => `${count} times`,
  },
  controller,
  dock,
  panels,
  pipelines,
  properties,
  settings,
  sound,
  stems,
};

export type Words = typeof en;
