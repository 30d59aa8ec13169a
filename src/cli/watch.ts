/**
 * `kubectl sre watch`: what happens to Incidents, one line a transition, as it happens.
 *
 * With a name it ends when that Incident is over, and fails when it is gone. A watch that breaks is begun again from the present state: what happened
 * meanwhile stands in the timeline, so that nothing is left out or told twice.
 */
import type { Clock } from '../clock.ts';
import { type Incident, incidents } from '../crds/kinds.ts';
import { isOver } from '../domain/lifeCycle.ts';
import type { ListOptions } from '../kube/client.ts';
import { apiErrorIn, isForbidden } from '../kube/errors.ts';
import { explain } from '../telemetry/explain.ts';
import { oneLine } from '../text/plain.ts';
import { CliError, findIncident, listAll, type Scope } from './find.ts';
import { createStory, type Story } from './render/transitions.ts';
import type { Terminal } from './terminal.ts';

export interface Watching {
  readonly scope: Scope;
  readonly terminal: Terminal;
  readonly clock: Clock;
}

/** An API server that has just started refuses everybody until it knows their rights, and knows no kinds of ours. */
const MOST_REFUSED_MS = 30_000;
/** After a watch has broken or run out. */
const AGAIN_AFTER_MS = 1000;

interface Followed {
  readonly wanted: Incident | undefined;
  readonly selection: Pick<ListOptions, 'namespace' | 'fieldSelector'>;
  readonly story: Story;
}

export async function watch(watching: Watching, name: string | undefined): Promise<void> {
  const { scope, terminal, clock } = watching;
  const wanted = name === undefined ? undefined : await findIncident(scope, name);
  const story = createStory({ style: terminal.style, width: terminal.width, hasNames: wanted === undefined });
  if (wanted === undefined) await beginWithPresent(watching, story);
  const followed = { wanted, selection: await selectionOf(scope, wanted), story };
  let refusedSince: number | undefined;
  for (;;) {
    try {
      if (await followOnce(watching, followed, () => (refusedSince = undefined))) return;
    } catch (error) {
      if (error instanceof CliError) throw error;
      if (isRefusal(error)) {
        refusedSince ??= clock.monotonic();
        if (clock.monotonic() - refusedSince >= MOST_REFUSED_MS) throw error;
      }
      terminal.complain(`kubectl sre: ${oneLine(explain(error))}; looking again`);
    }
    await clock.sleep(AGAIN_AFTER_MS);
  }
}

/** What was there before is told by its state alone. */
async function beginWithPresent({ scope, terminal, clock }: Watching, story: Story): Promise<void> {
  const open = (await listAll(scope, incidents)).filter((incident) => {
    story.skip(incident);
    return !isOver(incident);
  });
  if (open.length === 0) terminal.print('Nothing is open; waiting for what comes.');
  for (const incident of open) terminal.print(...story.state(incident, clock.now()));
}

async function selectionOf({ client, namespace, operator }: Scope, wanted: Incident | undefined): Promise<Followed['selection']> {
  if (wanted !== undefined) return { namespace: wanted.metadata.namespace, fieldSelector: `metadata.name=${wanted.metadata.name}` };
  if (namespace !== undefined) return { namespace };
  const everywhere = await client.list(incidents).then(
    () => true,
    (error: unknown) => {
      if (isForbidden(error)) return false;
      throw error;
    },
  );
  return everywhere ? {} : { namespace: operator };
}

/**
 * @param onAnswer the API server lets us look
 * @returns whether the Incident that is wanted is over
 */
async function followOnce(watching: Watching, { wanted, selection, story }: Followed, onAnswer: () => void): Promise<boolean> {
  const { client } = watching.scope;
  const tell = (incident: Incident): boolean => {
    watching.terminal.print(...story.lines(incident, watching.clock.now()));
    return wanted !== undefined && isOver(incident);
  };
  const { items, resourceVersion } = await client.list(incidents, selection);
  onAnswer();
  if (wanted !== undefined && !items.some(({ metadata }) => metadata.uid === wanted.metadata.uid)) throw gone(wanted);
  for (const incident of items) if (tell(incident)) return true;
  for await (const event of client.watch(incidents, { ...selection, resourceVersion })) {
    if (event.type === 'BOOKMARK') continue;
    if (event.type !== 'DELETED') {
      if (tell(event.object)) return true;
    } else if (wanted === undefined) watching.terminal.print(...story.deleted(event.object, watching.clock.now()));
    else throw gone(wanted);
  }
  return false;
}

const gone = ({ metadata }: Incident): CliError => new CliError(`Incident ${metadata.name} was deleted`);

/** What looking again does not mend, once it lasts. */
const isRefusal = (error: unknown): boolean => [401, 403, 404].includes(apiErrorIn(error)?.status ?? 0);
