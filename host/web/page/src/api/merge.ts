// JSON merge patch (RFC 7396), in place: what does not change keeps its identity, so only what changed is drawn again.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Tree = { [name: string]: Json };

function isTree(value: Json | undefined): value is Tree {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

// Names come from outside: `__proto__` shall be a name like any other.
function put(target: Tree, name: string, value: Json): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true });
  } else {
    target[name] = value;
  }
}

export function mergeInto(target: Tree, patch: Tree): void {
  for (const [name, value] of Object.entries(patch)) {
    const old = Object.hasOwn(target, name) ? target[name] : undefined;
    if (value === null) delete target[name];
    else if (isTree(value) && isTree(old)) mergeInto(old, value);
    else put(target, name, isTree(value) ? pruned(value) : value);
  }
}

// A new member is a patch of nothing: its nulls say that something is not there.
function pruned(value: Tree): Tree {
  const made: Tree = {};
  mergeInto(made, value);
  return made;
}
