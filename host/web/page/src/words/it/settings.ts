// Parole della vista `settings`.

import type { Words } from "../en";

export const settings: Words["settings"] = {
  profiles: "Profili",
  profilesHint: "Un profilo è lo studio intero: pannelli, preset, suono. Aprirne uno si può annullare.",
  active: "In uso",
  noProfiles: "Nulla è stato ancora salvato come profilo",
  name: "Nome di un nuovo profilo",
  saveNew: "Salva come profilo",
  load: (name) => `Apri il profilo ${name}`,
  saveAs: (name) => `Salva lo studio come ${name}`,
  saved: (name) => `Lo studio è salvato come ${name}`,
  loaded: (name) => `Il profilo ${name} è aperto`,
  replaceTitle: (name) => `Sostituire ${name}?`,
  replaceText: "Il profilo diventa lo studio com'è ora. Ciò che era non si può recuperare.",
  replace: "Sostituisci",
  languageHint: "La lingua resta in questo browser. Chiaro e scuro seguono il sistema.",
  arrangement: "Disposizione",
  elsewhere: "Impostazioni a parte",
  check: "Stato",
  checkNow: "Controlla lo studio",
  sound: "Lo studio è in ordine",
  about: "Informazioni",
  aboutText: "Ripieno è un solo studio tranquillo per pad, manopole e tasti, suoni, stem e pipeline. Funziona solo su questa rete e non chiede nulla ad altre.",
  version: "Versione",
  licence: "Licenza",
};
