/** A step that one of several runs wants to take next: nothing of it is done before it is let through. */
interface Gate {
  run: number;
  open: () => void;
}

/** How runs are told apart and held up: `pass` resolves when it is this run's turn. */
export interface Turnstile {
  pass(run: number): Promise<void>;
}

/**
 * Plays every order in which the steps of concurrent runs can follow each other. `play` starts the runs, each of which
 * passes the turnstile before every step, and is called anew for every order. Gives how many orders there were.
 */
export async function playAllOrders(play: (turnstile: Turnstile) => Promise<void>, most: number): Promise<number> {
  let order: number[] | undefined = [];
  let played = 0;
  for (; order && played < most; played += 1) {
    order = toNextOrder(await playOrder(play, order));
  }
  return played;
}

/** Follows the given choices, then always lets the first go. Gives the choices made, each with how many there were. */
async function playOrder(play: (turnstile: Turnstile) => Promise<void>, order: readonly number[]) {
  const choices: { chosen: number; of: number }[] = [];
  let waiting: Gate[] = [];
  let isDone = false;
  const pass = (run: number) => new Promise<void>((open) => waiting.push({ run, open }));
  const played = play({ pass }).finally(() => {
    isDone = true;
  });
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (isDone) break;
    waiting.sort((a, b) => a.run - b.run);
    const chosen = order[choices.length] ?? 0;
    const gate = waiting[chosen];
    if (!gate) throw new Error('Cannot go on: every run waits for something that is no step');
    choices.push({ chosen, of: waiting.length });
    waiting = waiting.filter((other) => other !== gate);
    gate.open();
  }
  await played;
  return choices;
}

function toNextOrder(choices: readonly { chosen: number; of: number }[]): number[] | undefined {
  const last = choices.findLastIndex(({ chosen, of }) => chosen + 1 < of);
  if (last < 0) return undefined;
  return choices.slice(0, last + 1).map(({ chosen }, index) => (index === last ? chosen + 1 : chosen));
}
