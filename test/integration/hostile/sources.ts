/** The sources that an investigation asks, as the composition of a process makes them from a configuration. */
import { type Clock, systemClock } from '../../../src/clock.ts';
import { createForeignTools } from '../../../src/compose/mcp.ts';
import { createTelemetrySources } from '../../../src/compose/telemetry.ts';
import { sourcesSchema } from '../../../src/config/sources.ts';
import type { Config } from '../../../src/config.ts';
import type { InvestigatorDeps } from '../../../src/investigate/investigate.ts';
import type { ModelAdviser } from '../../../src/investigate/model/adviser.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import { createGitHub } from '../../../src/sources/github/client.ts';
import { createGitHubSource } from '../../../src/sources/github/source.ts';

/** One instance of each kind, called as its kind, and what its gaps are of. */
export const SOURCES = [
  { name: 'prometheus', told: ['alerts', 'metrics'] },
  { name: 'alertmanager', told: ['alerts'] },
  { name: 'loki', told: ['logs'] },
  { name: 'tempo', told: ['traces'] },
  { name: 'signoz', told: ['logs', 'metrics', 'traces'] },
  { name: 'grafana', told: ['grafana'] },
  { name: 'github', told: ['source'] },
  { name: 'mcp', told: ['mcp'] },
] as const satisfies readonly { readonly name: keyof Config['sources']; readonly told: readonly string[] }[];

export type Source = (typeof SOURCES)[number];

const running = (speed: number): Clock => ({
  ...systemClock,
  setTimeout: (callback, ms) => systemClock.setTimeout(callback, ms / speed),
});
/** Time for sources runs faster, so that the silent ones need not be waited for; or slower, as a loaded machine takes its time for megabytes. */
export const CLOCKS = { hasty: running(10), patient: running(0.1) };
const redactor = createRedactor();

const MORE = { mcp: { tools: ['get_metric'] }, github: { repositories: ['https://github.test/shop'] } };

/** All of these sources at one address. */
export function sourcesAt(url: string, names: readonly Source['name'][], clock: Clock): Partial<InvestigatorDeps> {
  const instances = names.map((name) => [name, [{ name, url, ...(name in MORE ? MORE[name as keyof typeof MORE] : {}) }]] as const);
  const config = { sources: sourcesSchema.parse(Object.fromEntries(instances)) } as Config;
  const { ports, alerts, dashboards } = createTelemetrySources({ config, clock, redactor });
  const github = names.includes('github') ? createGitHubSource(createGitHub({ name: 'github', url, clock })) : undefined;
  const known = [{ image: 'registry.test/cart', repository: `${url}/shop/cart` }];
  return {
    telemetry: ports,
    dashboards,
    notes: dashboards,
    alerts,
    applications: github && { port: github, known },
    foreignTools: createForeignTools({ config, clock, redactor }),
    model: names.includes('mcp') ? caller : undefined,
  };
}

/** A model that calls each tool once, and has nothing to say. */
const caller: ModelAdviser = {
  consult: async (conclusion, { tools = [], signal }) => {
    for (const tool of tools) await tool.call({ name: 'up' }, signal);
    return conclusion;
  },
};
