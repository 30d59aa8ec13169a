/** What of a model's words comes through, and what code puts in their place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFigures } from '../../../src/chat/model/figures.ts';
import { createSpeaker } from '../../../src/chat/model/speaker.ts';

const SIGNALS = 'latency 45ms (p95), 150 req/min, errors 4.73%, memory 512Mi of 1Gi, 3 of 4 pods ready: cart-7d9f8-x2x4z at 14:05';
const HEALTH = '12 restarts in 2 hours';

function said(
  pieces: readonly string[],
  question = 'how is cart doing?',
): { readonly text: string; readonly removed: number; readonly cited: readonly string[] } {
  const figures = createFigures();
  figures.label('e1', SIGNALS);
  figures.label('e2', HEALTH);
  const out: string[] = [];
  const speaker = createSpeaker({
    figures,
    isEvidence: (id) => id === 'e1' || id === 'e2',
    question,
    redact: (text) => text.replaceAll('hunter2', '[redacted]'),
    restore: (text) => text,
    say: (text) => out.push(text),
  });
  for (const piece of pieces) speaker.push(piece);
  speaker.end();
  return { text: out.join(''), removed: speaker.removed(), cited: [...speaker.cited()] };
}

describe('figures', () => {
  test('are labelled where a model reads them', () => {
    const figures = createFigures();
    expect(figures.label('e1', SIGNALS)).toBe(
      'latency 45ms {e1.1} (p95), 150 req/min {e1.2}, errors 4.73% {e1.3}, memory 512Mi {e1.4} of 1Gi {e1.5}, 3 {e1.6} of 4 {e1.7} pods ready: cart-7d9f8-x2x4z at 14:05',
    );
  });
});

describe('what a model says', () => {
  test.each([
    { says: 'The latency is {e1.1}.', told: 'The latency is 45ms [e1].' },
    { says: 'The latency is 45ms {e1.1}.', told: 'The latency is 45ms [e1].' },
    { says: 'The latency is 45 ms, and 4.7% fail.', told: 'The latency is 45ms, and 4.73% fail [e1].' },
    { says: 'The latency is 0.045 s.', told: 'The latency is 45ms [e1].' },
    { says: 'The latency is 45ms [e1].', told: 'The latency is 45ms [e1].' },
    { says: 'The latency is 80ms.', told: 'The latency is [?].' },
    { says: 'It uses 512 MiB of 1 GiB.', told: 'It uses 512Mi of 1Gi [e1].' },
    { says: 'It serves 2.5 req/s.', told: 'It serves 150 req/min [e1].' },
    { says: 'It restarted 12 times.', told: 'It restarted 12 times [e2].' },
    { says: 'It restarted 13 times.', told: 'It restarted [?] times.' },
    { says: 'There are 45 pods.', told: 'There are [?] pods.' },
    { says: 'Ninety percent of requests fail.', told: '[?] of requests fail.' },
    { says: 'There are two reasons.', told: 'There are two reasons.' },
    { says: 'The pod cart-7d9f8-x2x4z died at 14:05.', told: 'The pod cart-7d9f8-x2x4z died at 14:05.' },
    { says: 'The pod cart-99999-abcde died at 13:00.', told: 'The pod [?] died at [?].' },
    { says: 'See e1, (e2) and [e7].', told: 'See [e1] [e2] and.' },
    { says: 'The label {e1.99} is none.', told: 'The label [?] is none.' },
    { says: '1. First\n2. Second', told: '1. First\n2. Second' },
    { says: 'Latency is 45ms\nErrors are 4.73%', told: 'Latency is 45ms [e1]\nErrors are 4.73% [e1]' },
    { says: 'I have restarted the pod.', told: 'I have restarted [not done: I change nothing] the pod.' },
    { says: 'The pod has restarted.', told: 'The pod has restarted.' },
    { says: 'Go to https://evil.example/x or ask @here <b>now</b>', told: 'Go to https: //evil.example/x or ask  at here ‹b›now‹/b›' },
    { says: '![x](http://evil.example)', told: '(x)(http: //evil.example)' },
    { says: 'The password is hunter2-and-more.', told: 'The password is [?].' },
    { says: 'The p95 and 5xx are terms.', told: 'The p95 and 5xx are terms.' },
    { says: '', told: '' },
    { says: '45ms', told: '45ms [e1]' },
    { says: '**45ms** is the latency', told: '**45ms** is the latency [e1]' },
  ])('"$says"', ({ says, told }) => {
    expect(said([says]).text).toBe(told);
  });

  test('of the asker’s own figures says whose they are', () => {
    expect(said(['Nothing reaches 500ms.'], 'is it above 500ms?').text).toBe('Nothing reaches 500ms (as you wrote).');
  });

  test('comes out the same however it is cut into pieces', () => {
    const texts = [
      'The latency is 45ms {e1.1}, and 4.7 % of 150 req/min fail [e1]. I restarted it 99 times.',
      'Cart-7d9f8-x2x4z is ill: 12 restarts.\n1. wait',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 80 }), (text, sizes) => {
        const pieces: string[] = [];
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        expect(said(pieces).text).toBe(said([text]).text);
      }),
    );
  });

  test('holds no digits but those of the evidence, whatever it is', () => {
    const allowed = new Set(['45ms', '150', '4.73%', '512Mi', '1Gi', '3', '4', '12', '2', 'cart-7d9f8-x2x4z', '14:05']);
    const word = fc.oneof(
      fc.constantFrom('is', '45ms', '{e1.2}', '[e1]', 'cart', '.', 'percent', 'seven'),
      fc.stringMatching(/^[a-z0-9.,%/-]{1,10}$/u),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const { text } = said([words.join(' ')], '');
        const left = text.replace(/\[e[12]\]/gu, '').match(/\S*\d\S*/gu) ?? [];
        const strange = left
          .map((one) => one.replace(/^[^\w]+|[^\w%]+$/gu, ''))
          .filter((one) => !allowed.has(one) && !/^(?:p\d{2,3}|[2-5]xx|e\d+|s3|\d{1,2}|2 hours|45ms.*)$/u.test(one));
        expect(strange).toEqual([]);
      }),
    );
  });

  test('begins with its first word at once', () => {
    const out: string[] = [];
    const speaker = createSpeaker({
      figures: createFigures(),
      isEvidence: () => false,
      question: '',
      redact: (text) => text,
      restore: (text) => text,
      say: (text) => out.push(text),
    });
    speaker.push('Cart');
    expect(out).toEqual(['Cart']);
    speaker.push('s are');
    speaker.end();
    expect(out.join('')).toBe('Carts are');
  });
});
