// Who wishes no motion sees none.

import { expect, openView, test } from "./studio.ts";
import { VIEWS } from "./views.ts";

test.use({ contextOptions: { reducedMotion: "reduce" } });

test("nothing moves by itself", async ({ page, api }) => {
  for (const view of ["Pad Panel A", "Knob Panel A", "Piano (Play)", ...VIEWS]) {
    await openView(page, view);
    await api("POST", "/api/pads/16/press", {});
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll("*")].flatMap((element) =>
        ["", "::before", "::after"].flatMap((part) => {
          const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element, part || null);
          const moves = animationName !== "none" || /[1-9]/.test(transitionDuration) || scrollBehavior === "smooth";
          return moves ? [`${element.tagName} ${element.getAttribute("class")} ${part}`] : [];
        }),
      ),
    );
    expect(moving, view).toEqual([]);
    expect(await page.evaluate(() => document.getAnimations().length), view).toBe(0);
    await api("POST", "/api/pads/16/release");
  }
});
