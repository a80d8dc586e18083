// Italiano. Un file per ogni vista; questo tiene lo studio intorno a esse.

import type { Words } from "./en";
import { controller } from "./it/controller";
import { dock } from "./it/dock";
import { panels } from "./it/panels";
import { pipelines } from "./it/pipelines";
import { properties } from "./it/properties";
import { settings } from "./it/settings";
import { sound } from "./it/sound";
import { stems } from "./it/stems";

export const it: Words = {
  title: "Ripieno",
  connecting: "Connessione in corso",
  connected: "Connesso",
  connectionLost: "Connessione persa. Nuovo tentativo",
  locked: "Serve un token. Apri il link stampato dal server, oppure inserisci il suo token.",
  token: "Token",
  connect: "Connetti",
  menu: "Menu",
  controls: "Controlli",
  addPad: "Aggiungi un pannello di pad",
  addKnob: "Aggiungi un pannello di manopole",
  addPiano: "Aggiungi un pannello pianoforte",
  soundView: "Suono",
  instrumentsView: "Strumenti",
  effectsView: "Effetti",
  audioView: "Audio",
  stemsView: "Stem",
  pipelinesView: "Pipeline",
  settingsView: "Impostazioni",
  controllerView: "Controller",
  propertiesView: "Proprietà",
  logView: "Registro",
  open: "Apri",
  undo: "Annulla",
  redo: "Ripeti",
  panic: "Panico: ferma tutto ciò che suona",
  commands: "Comandi",
  commandPlaceholder: "Scrivi un comando",
  noCommand: "Nessun comando simile",
  resetLayout: "Ripristina la disposizione",
  layoutReset: "La disposizione è di nuovo quella iniziale",
  language: "Lingua",
  close: "Chiudi",
  dismiss: "Metti via",
  cancel: "Annulla",
  apply: "Applica",
  save: "Salva",
  remove: "Elimina",
  rename: "Rinomina",
  loading: "Caricamento",
  failedToLoad: "Non è stato possibile caricare questa vista",
  tryAgain: "Riprova",
  emptyDock: "Non è aperto nulla. Il menu apre pannelli e viste.",
  notifications: "Notifiche",
  log: {
    all: "Tutto",
    info: "Informazioni",
    warning: "Avvisi",
    error: "Errori",
    filter: "Filtra per parole",
    levels: "Livelli",
    empty: "Non è ancora successo nulla",
    follow: "Vai alle più recenti",
    times: (count) => `${count} volte`,
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
