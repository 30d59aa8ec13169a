import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAlert } from '../../../src/commands/alertText.ts';

test.each<{ text: string; labels: Record<string, string> }>([
  { text: 'A', labels: {} },
  { text: ' A { } ', labels: {} },
  { text: "A{pod='cart-0'}", labels: { pod: 'cart-0' } },
  { text: 'A{ a = "1" , b="2", }', labels: { a: '1', b: '2' } },
  { text: String.raw`A{a="say \"no\", or {b}",c="\\ and\n"}`, labels: { a: 'say "no", or {b}', c: '\\ and\n' } },
])('reads $text', ({ text, labels }) => {
  expect(readAlert(text)).toEqual({ name: 'A', labels: { ...labels, alertname: 'A' } });
});

test('reads any value that Prometheus would print', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const printed = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
      expect(readAlert(`A{v="${printed}"}`).labels['v']).toBe(value);
    }),
  );
});
