/** However much there is, and of whatever kind, a diagnosis reads a part of it that is bounded, and finds what it finds in less. */
import { describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../../src/investigate/diagnose.ts';
import { factsOf, follow, type Outcome } from './path.ts';
import { app, event, type Json, type Scene, scenes } from './scenes.ts';

const [crash] = scenes() as [Scene];
const CALL = JSON.stringify({ service_name: 'cart' });

const rooted = ({ rootCause }: Diagnosis) => rootCause && `${rootCause.reason} of ${rootCause.object}`;

async function withLog(lines: readonly string[]): Promise<Outcome> {
  const scene = structuredClone(crash);
  const last = 'Error: CART_TIMEOUT_MS must be a whole number';
  scene.bundle.evidence.recentLogs[CALL] = { app: [...lines, last], previous: [[...lines, last].join('\n')] };
  return follow(scene);
}

/** Bytes as a decoder that gives up on nothing makes them text. */
const binary = (length: number): string =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 73 + (index >> 8) * 31) & 0xff)).toString('latin1');

describe('a log', () => {
  test.each<{ readonly name: string; readonly lines: readonly string[] }>([
    { name: 'of 150,000 lines', lines: Array.from({ length: 150_000 }, (_, index) => `2026-01-01T11:57:00Z request ${index} took 3 ms`) },
    { name: 'of lines of 1 MB', lines: Array.from({ length: 8 }, (_, index) => `${index} ${'x'.repeat(2 ** 20)}`) },
    { name: 'of lines of 1 MB of words', lines: Array.from({ length: 4 }, () => 'error: could not connect to '.repeat(2 ** 15)) },
    { name: 'that is binary', lines: [binary(2 ** 20), binary(2 ** 18)] },
    { name: 'that is binary with invalid UTF-16', lines: ['\ud800\udfff\udc00'.repeat(2 ** 17)] },
    { name: 'that is all colours', lines: Array.from({ length: 20_000 }, () => '\u001b[1;31mred\u001b[0m \u001b[2K\u001b[1A'.repeat(20)) },
    { name: 'of escapes that never end', lines: Array.from({ length: 50 }, () => `\u001b]${'0;'.repeat(50_000)}`) },
    { name: 'of nothing', lines: Array.from({ length: 200_000 }, () => '') },
  ])('$name does not hide how the run ended', async ({ lines }) => {
    const { diagnosis, conclusion } = await withLog(lines);
    expect(rooted(diagnosis)).toBe('ContainerConfigurationInvalid of Deployment/shop/cart#app');
    const kept = [...conclusion.records.values()].reduce((sum, { content }) => sum + content.length, 0);
    expect(kept).toBeLessThan(2 ** 20);
    expect(JSON.stringify(diagnosis).length).toBeLessThan(64 * 1024);
  });
});

describe('a cluster', () => {
  test('with ten thousand events is diagnosed by those that matter', async () => {
    const scene = structuredClone(crash);
    for (let index = 0; index < 10_000; index += 1)
      scene.bundle.objects.items.push({ ...event('cart-2-abcde', 'Noise', `said ${index}`), type: 'Normal' });
    for (let index = 0; index < 10_000; index += 1) scene.bundle.objects.items.push(event(`other-${index}`, 'BackOff', 'Back-off'));
    const { diagnosis } = await follow(scene);
    expect(rooted(diagnosis)).toBe('ContainerConfigurationInvalid of Deployment/shop/cart#app');
  });

  test('with three hundred workloads that all call each other is diagnosed', async () => {
    const scene = structuredClone(crash);
    const names = Array.from({ length: 150 }, (_, index) => `app-${index}`);
    scene.bundle.objects.items.push(...names.flatMap((name) => app({ name })));
    const tree = names.map((name) => `├── ${name}`).join('\n');
    for (const name of names) scene.bundle.evidence.dependencies[JSON.stringify({ service_name: name })] = `[Downstream (Calls)]:\n${tree}`;
    expect(rooted((await follow(scene)).diagnosis)).toBe('ContainerConfigurationInvalid of Deployment/shop/cart#app');
  });

  test('with a pod of thousands of variables and containers that end is diagnosed', async () => {
    const scene = structuredClone(crash);
    for (const { kind, spec } of scene.bundle.objects.items) {
      const containers: Json[] | undefined = kind === 'Pod' ? spec.containers : spec?.template?.spec.containers;
      for (const one of containers ?? [])
        one.env.push(...Array.from({ length: 3_000 }, (_, index) => ({ name: `V${index}_HOST`, value: `h${index}:80,`.repeat(20) })));
    }
    expect(rooted((await follow(scene)).diagnosis)).toBe('ContainerConfigurationInvalid of Deployment/shop/cart#app');
  });
});

describe('figures', () => {
  test.each<{ readonly name: string; readonly csv: string }>([
    {
      name: 'of a hundred thousand series',
      csv: table(
        Array.from({ length: 100_000 }, (_, index) => `s${index}-cpu`),
        4,
      ),
    },
    { name: 'of twenty thousand points', csv: table(['cart-cpu', 'web-cpu'], 20_000) },
    { name: 'that are no numbers', csv: 'time,cart-cpu\n2026-01-01 11:59:00,NaN\n2026-01-01 11:59:30,Infinity\nNaN,-0\n,,,\n,"' },
    { name: 'of an error page', csv: '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>' },
    {
      name: 'beyond all measure',
      csv: 'time,cart-p50latency,cart-p95latency\n2026-01-01 11:59:00,1e308,1e308\n2026-01-01 11:59:30,-1e308,1e-320',
    },
    { name: 'of a metric that every object has', csv: 'time,cart-constructor,cart-__proto__\n2026-01-01 11:59:00,1,1' },
  ])('$name change nothing', async ({ csv }) => {
    const scene = structuredClone(crash);
    const facts = factsOf(await follow(scene));
    scene.bundle.evidence.metricsCsv = csv;
    expect(factsOf(await follow(scene))).toEqual(facts);
  });
});

function table(names: readonly string[], rows: number): string {
  const at = (index: number): string =>
    new Date(Date.parse('2026-01-01T11:00:00Z') + index * 100).toISOString().slice(0, 19).replace('T', ' ');
  return [`time,${names.join(',')}`, ...Array.from({ length: rows }, (_, index) => `${at(index)}${',1'.repeat(names.length)}`)].join('\n');
}

describe('a ConfigMap', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('')].map((name, index) => {
    const before = 'abcdefghi'[index - 1] ?? 'a';
    return index === 0 ? name : `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`;
  });

  test.each<{ readonly name: string; readonly text: string }>([
    { name: 'with aliases that grow', text: `${bomb.join('\n')}\nroutes: *i` },
    { name: 'with an alias of itself', text: 'routes: &r\n  - id: x\n    uri: http://cart\n    path: /\n    more: *r' },
    { name: 'with merges of merges', text: `base: &b {a: 1}\n${'x: {<<: *b}\n'.repeat(500)}routes: []` },
    { name: 'that is deep', text: `routes: ${'['.repeat(10_000)}` },
    { name: 'that is deep in blocks', text: `routes:\n${Array.from({ length: 200 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')}` },
    { name: 'of many documents', text: 'routes: []\n---\n'.repeat(4_000) },
    {
      name: 'of many routes',
      text: JSON.stringify({ routes: Array.from({ length: 400 }, () => ({ id: 'x', uri: 'http://cart', path: '/x' })) }),
    },
    { name: 'of nginx without an end', text: `location ${'location '.repeat(7_000)}` },
    { name: 'of nginx with blocks in blocks', text: 'location / { '.repeat(4_000) },
    { name: 'with tags', text: 'routes: !!js/function "x"\n? !!binary {}\n: !!set {a, b}' },
    {
      name: 'with names that every object has',
      text: 'routes:\n  - __proto__: {uri: x}\n    constructor: y\n    id: toString\n    uri: http://cart\n    path: /',
    },
  ])('$name changes nothing', async ({ text }) => {
    const scene = structuredClone(crash);
    const facts = factsOf(await follow(scene));
    for (const object of scene.bundle.objects.items) if (object.kind === 'ConfigMap') object.data = { 'routes.yaml': text, nginx: text };
    expect(factsOf(await follow(scene))).toEqual(facts);
  });
});
