/** What strangers write is looked at and never followed: no finding, no cause and no action changes with it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { FIELDS, type Field } from './fields.ts';
import { factsOf, follow, type Outcome, textsIn } from './path.ts';
import { wronglySaid } from './said.ts';
import { type Scene, scenes } from './scenes.ts';
import { HOSTILE, type HostileText } from './texts.ts';

interface Base {
  readonly scene: Scene;
  readonly facts: unknown;
}

const bases: Base[] = [];
beforeAll(async () => {
  for (const scene of scenes()) bases.push({ scene, facts: factsOf(await follow(scene)) });
});

/** A program is believed about itself: its own words about a real trouble are evidence. */
const fits = ({ isLog = false }: Field, { testimony = false }: HostileText): boolean => !(isLog && testimony);

/** Pairs of field and text that changed something, or that a rule about what is said was broken for. */
async function wrongs({ scene, facts }: Base, fields: readonly Field[], hostile: HostileText): Promise<string[]> {
  const changed = structuredClone(scene);
  for (const field of fields) if (fits(field, hostile)) field.put(changed, hostile.text);
  const where = `${scene.name} / ${fields.length === 1 ? fields[0]?.name : 'every field'} / ${hostile.text.slice(0, 40)}`;
  const outcome = await follow(changed);
  const wrong = [...changesIn(outcome, facts), ...leaksIn(outcome, hostile, fields)];
  return wrong.map((what) => `${where}: ${what}`);
}

function changesIn(outcome: Outcome, facts: unknown): string[] {
  const found = factsOf(outcome);
  return JSON.stringify(found) === JSON.stringify(facts) ? [] : [`${JSON.stringify(facts)} became ${JSON.stringify(found)}`];
}

function leaksIn({ diagnosis, conclusion, proposal }: Outcome, { mark }: HostileText, fields: readonly Field[]): string[] {
  const { result, records } = conclusion;
  const more = { said: diagnosis.findings.map(({ statement }) => statement), stored: [...records.values()].map(({ content }) => content) };
  const acted = textsIn(proposal.kind === 'proposal' ? proposal.spec : [proposal.message, proposal.commands]);
  return [
    ...wronglySaid(result, fields.some(({ isName = false }) => isName) ? undefined : mark, more),
    ...acted.filter((text) => text.includes(mark)).map((text) => `in what is proposed: ${text}`),
  ];
}

describe('the catalogue', () => {
  test('has at least sixty texts, each another', () => {
    expect(new Set(HOSTILE.map(({ text }) => text)).size).toBe(HOSTILE.length);
    expect(HOSTILE.length).toBeGreaterThanOrEqual(60);
    expect(new Set(HOSTILE.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(15);
  });

  test('has at least sixty fields, each another, and each gets its text into what is read', () => {
    expect(new Set(FIELDS.map(({ name }) => name)).size).toBe(FIELDS.length);
    expect(FIELDS.length).toBeGreaterThanOrEqual(60);
    const silent = FIELDS.filter((field) =>
      scenes().every((scene) => {
        const before = JSON.stringify(scene);
        field.put(scene, 'qxz7');
        return JSON.stringify(scene) === before;
      }),
    );
    expect(silent).toEqual([]);
  });

  test('is put into scenes of which each but the last has its own cause', () => {
    const causes = bases.map(({ scene, facts }) => [scene.name, (facts as { cause?: readonly string[] }).cause?.slice(0, 2).join(' of ')]);
    expect(causes).toMatchInlineSnapshot(`
      [
        [
          "a crash loop that a commit brought about",
          "ContainerConfigurationInvalid of Deployment/shop/cart#app",
        ],
        [
          "a container that is killed for memory",
          "ContainerOutOfMemory of Deployment/shop/cart#app",
        ],
        [
          "an image that does not exist",
          "ImageNotFound of Deployment/shop/cart#app",
        ],
        [
          "a probe that asks the wrong path",
          "ProbePathNotFound of Deployment/shop/cart#app",
        ],
        [
          "a pod that fits on no node",
          "InsufficientCPU of Deployment/shop/cart#app",
        ],
        [
          "a Service that selects nobody",
          "ServiceSelectorMismatch of Service/shop/cart",
        ],
        [
          "a database that refuses a password",
          "DatabaseAuthenticationFailed of Deployment/shop/cart",
        ],
        [
          "a kubelet that is down",
          "KubeletUnavailable of Node//n1",
        ],
        [
          "a client with a misspelt address",
          undefined,
        ],
        [
          "a route to the wrong service",
          "RouteMisdirected of Service/shop/orders",
        ],
        [
          "a shop in which nothing is wrong",
          undefined,
        ],
      ]
    `);
  });
});

const called = ({ kind, text }: HostileText): string => `${kind}: ${JSON.stringify(text.slice(0, 50))}`;

/** Scenes that a text is put into: others for each text. */
const SCENES = 3;

describe('in every field at once', () => {
  test.each(HOSTILE.map((hostile, index) => ({ hostile, index, title: called(hostile) })))(
    'nothing changes with $title',
    async ({ hostile, index }) => {
      const found: string[] = [];
      for (let turn = 0; turn < SCENES; turn += 1)
        found.push(...(await wrongs(bases[(index * SCENES + turn) % bases.length] as Base, FIELDS, hostile)));
      expect(found).toEqual([]);
    },
  );
});

/** Texts that a field gets by itself: others for each field, and of all lengths. */
const TURNS = 4;

describe('in one field alone', () => {
  test.each(FIELDS.map((field, index) => ({ field, index, title: field.name })))('nothing changes: $title', async ({ field, index }) => {
    const found: string[] = [];
    for (let turn = 0; turn < TURNS; turn += 1) {
      const hostile = HOSTILE[(index * TURNS + turn * 17) % HOSTILE.length] as HostileText;
      found.push(...(await wrongs(bases[(index + turn) % bases.length] as Base, [field], hostile)));
    }
    expect(found).toEqual([]);
  });
});
