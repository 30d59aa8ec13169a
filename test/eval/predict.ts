/**
 * A process of its own that diagnoses snapshots which it is told of, one after another, and answers with a line of JSON each.
 *
 * It is what `agent-sre diagnose --snapshot` does, without starting anew for each file.
 */
import { diagnose } from '../../src/investigate/diagnose.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { readBundle } from '../../src/sources/frozen/bundle.ts';
import { gatherFrozen } from '../../src/sources/frozen/gather.ts';
import { createCleaner } from '../../src/sources/text.ts';
import { labelOf } from './labels.ts';
import type { Answer, Ranked } from './types.ts';

const redactor = createRedactor();
const cleaner = createCleaner((text) => redactor.text(text));

process.on('message', (path: string) => {
  void predict(path).then((answer) => process.send?.(answer));
});

async function predict(path: string): Promise<Answer> {
  const startedAt = performance.now();
  try {
    const bundle = await readBundle(path);
    const { candidates, rootCause } = diagnose(await gatherFrozen(bundle, cleaner));
    const labelled = candidates.flatMap((cause): Ranked[] => {
      const label = labelOf(cause);
      return label === undefined ? [] : [{ ...label, confidence: cause.confidence }];
    });
    const ranked = [...new Map(labelled.toReversed().map((one) => [`${one.object}\n${one.rootCause}`, one])).values()].toReversed();
    return { ranked, alarm: rootCause !== undefined, millis: performance.now() - startedAt, peakMiB: peak() };
  } catch (error) {
    return { ranked: [], alarm: false, millis: performance.now() - startedAt, peakMiB: peak(), error: String(error) };
  }
}

const peak = (): number => process.resourceUsage().maxRSS / 1024;
