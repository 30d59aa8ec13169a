/** Waits for a condition instead of for time. */

/** Resolves with the first value that is not undefined; rejects with what was waited for when it never comes. */
export async function until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>, deadlineMs = 20_000): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

/** `until` for a condition that is true or false. */
export async function untilTrue(what: string, probe: () => boolean | Promise<boolean>, deadlineMs?: number): Promise<void> {
  await until(what, async () => ((await probe()) ? true : undefined), deadlineMs);
}
