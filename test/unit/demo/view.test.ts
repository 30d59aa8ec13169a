import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createView, type View } from '../../demo/view.ts';

interface Screen {
  readonly view: View;
  text(): string;
}

function screen({ isTTY = false, colour = true } = {}): Screen {
  const chunks: string[] = [];
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { view: createView({ out: Object.assign(out, { isTTY }) as unknown as NodeJS.WriteStream, colour }), text: () => chunks.join('') };
}

const story = async ({ view }: Screen): Promise<void> => {
  view.heading('Act 1', 'a bad commit');
  await view.step(
    'the diagnosis',
    async () => 'c0ffee',
    (found) => `it was ${found}`,
  );
  view.prose('word '.repeat(40));
};

describe('the story', () => {
  test('is plain lines where there is no terminal', async () => {
    const seen = screen();
    await story(seen);
    expect(seen.text()).toBe(stripVTControlCharacters(seen.text()));
    expect(seen.text()).toMatch(/^ +\d+:\d\d {2}✔ it was c0ffee +0\.0 s$/mu);
  });

  test('has no colours where they are not wanted, though a line lives', async () => {
    const seen = screen({ isTTY: true, colour: false });
    await story(seen);
    expect(seen.text()).toContain('\r\u001B[2K');
    expect(seen.text().replaceAll('\u001B[2K', '')).not.toContain('\u001B');
  });

  test('has colours on a terminal', async () => {
    const seen = screen({ isTTY: true });
    await story(seen);
    expect(seen.text()).toContain('\u001B[1mAct 1');
  });

  test('keeps within 80 columns, whatever there is to tell', async () => {
    const seen = screen();
    await seen.view.step(
      'much',
      async () => 'x'.repeat(200),
      (told) => told,
    );
    seen.view.prose('word '.repeat(60));
    expect(
      Math.max(
        ...seen
          .text()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(80);
  });

  test('says which step did not happen, and leaves the error to others', async () => {
    const seen = screen();
    const failing = seen.view.step(
      'the commit',
      () => Promise.reject(new Error('no')),
      () => '',
    );
    await expect(failing).rejects.toThrow('no');
    expect(seen.text()).toMatch(/✘ waited for the commit/u);
  });
});
