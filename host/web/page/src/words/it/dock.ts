// Parole della disposizione.

import type { Words } from "../en";

export const dock: Words["dock"] = {
  arrangement: "Disposizione",
  arrange: (title) => `Disponi ${title}`,
  nextGroup: "Vai al gruppo successivo",
  previousGroup: "Vai al gruppo precedente",
  maximise: "Ingrandisci o ripristina",
  close: "Chiudi la scheda",
  closeNamed: (title) => `Chiudi ${title}`,
  move: "Sposta la scheda",
  moveTo: { left: "Sposta a sinistra", right: "Sposta a destra", up: "Sposta in alto", down: "Sposta in basso" },
  moveBefore: "Sposta prima della scheda precedente",
  moveAfter: "Sposta dopo la scheda successiva",
  size: "Dimensioni",
  wider: "Più largo",
  narrower: "Più stretto",
  taller: "Più alto",
  lower: "Più basso",
  opened: (title) => `${title}: aperto`,
  closed: (title) => `${title}: chiuso`,
  maximised: (title) => `${title}: ingrandito`,
  restored: (title) => `${title}: dimensioni ripristinate`,
  joined: (title, other) => `${title} è ora accanto a ${other}, nello stesso gruppo`,
  apart: {
    left: (title) => `${title} è ora un gruppo a sinistra`,
    right: (title) => `${title} è ora un gruppo a destra`,
    up: (title) => `${title} è ora un gruppo in alto`,
    down: (title) => `${title} è ora un gruppo in basso`,
  },
  placed: (title, place, count) => `${title} è la scheda ${place} di ${count}`,
  atEdge: (title) => `${title} non può andare oltre da quella parte`,
};
