/**
 * `create_incident`: what somebody or some program has noticed, as an Incident in the caller's name. An alert ends in the Incident that intake would put it
 * into; anything else in one by its title and targets. Either way there is one that is open, however often it is said.
 */
import { z } from 'zod';
import { type Incident, incidents } from '../../crds/kinds.ts';
import { targetsOf } from '../../domain/alertTargets.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import { identityLabel } from '../../domain/identity.ts';
import { isOver } from '../../domain/lifeCycle.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createInSeries } from '../../kube/createInSeries.ts';
import { metaTime } from '../../kube/object.ts';
import { oneLine, plain } from '../../text/plain.ts';
import { answerOf } from '../answer.ts';
import { demand } from '../caller.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import type { AlertBook } from './alertBook.ts';
import { attributes } from './kept.ts';
import { incidentRow, rowOf } from './listIncidents.ts';
import type { Records } from './records.ts';
import { digestOfReport } from './reported.ts';
import { notTaken, requesterOf } from './requested.ts';
import { defined, objectText, severity } from './shapes.ts';
import { demandSight, notThere, refOf, targetInput, wrong } from './targets.ts';

export interface IncidentDeps {
  readonly records: Records;
  readonly client: KubeClient;
  readonly alerts: AlertBook;
  /** Name of this cluster, where it has one. */
  readonly cluster: string | undefined;
}

const labels = z.record(z.string().min(1).max(317), z.string().max(1024));

const incidentInput = z.object({
  title: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('One line that a person recognises it by. Left out where an alert is given.'),
  severity: severity.default('warning').describe('How bad it is for the users of the service; of an alert its own label counts.'),
  description: z.string().trim().max(4096).optional().describe('What is seen, in words.'),
  targets: z
    .array(targetInput)
    .max(20)
    .default([])
    .describe('Objects that are affected, as far as they are known: without any, there is little to look at.'),
  startsAt: z.iso.datetime({ offset: true }).optional().describe('When the trouble began, RFC 3339. Left out: now.'),
  alert: z
    .object({
      labels: labels
        .refine((all) => Object.values(all).some((value) => value !== ''), 'no label says anything')
        .describe('As the alert has them, alertname included.'),
      annotations: labels.optional().describe('As the alert has them.'),
    })
    .optional()
    .describe('An alert that fires. The same alert is the same Incident, whichever way it comes.'),
  idempotencyKey: z
    .string()
    .trim()
    .min(1)
    .max(128)
    .optional()
    .describe('Of your own choice: the same key is the same Incident for good. Not for alerts.'),
});
type Input = z.output<typeof incidentInput>;

const output = incidentRow.extend({
  wasThere: z.boolean().describe('There was such an Incident already: it is that one.'),
  notes: z.array(z.string()),
});

export const createIncidentTool = (deps: IncidentDeps): Tool =>
  defineTool({
    name: 'create_incident',
    title: 'Create an Incident',
    description:
      'Reports something that is wrong: Agent-SRE looks for the cause and proposes a fix for a person to approve. Give the alert where there is one (labels as it has them), else a title and the affected objects. Said twice, it is one Incident. Look at list_incidents first; for a question about the cluster with nothing wrong take create_investigation.',
    effect: 'proposes',
    core: false,
    input: incidentInput,
    output,
    run: (asked, call) => createIncident(deps, asked, call),
  });

interface Made {
  readonly incident: Incident;
  readonly wasThere: boolean;
  readonly notes: readonly string[];
}

async function createIncident(deps: IncidentDeps, asked: Input, call: Call): Promise<Answer<z.input<typeof output>>> {
  await demand(call, attributes({ resource: incidents }, 'create', deps.records.home));
  const made = asked.alert === undefined ? await reported(deps, asked, call) : await alerted(deps, asked, call);
  const { incident, wasThere, notes } = made;
  const { name } = incident.metadata;
  return answerOf(deps.records.redactor, {
    lines: [
      wasThere ? `There is such an Incident already: ${name}.` : `Reported as ${oneLine(call.caller.username)}: Incident ${name}.`,
      ...notes.map((note) => `Note: ${note}.`),
      'Agent-SRE looks for its cause now; get_incident tells what it finds.',
    ],
    data: { ...rowOf(incident), wasThere, notes: [...notes] },
  });
}

/** As intake would, in the caller's name: what is looked at for it has to be the caller's to see. */
async function alerted({ records, alerts }: IncidentDeps, { alert, startsAt }: Input, call: Call): Promise<Made> {
  const { labels: said = {}, annotations = {} } = alert ?? {};
  await demandSight(targetsOf(said), records.home, call);
  const at = startsAt === undefined ? records.clock.now() : Date.parse(startsAt);
  const { incident, wasThere } = await alerts.record(
    { labels: said, annotations, startsAt: at },
    { requestedBy: requesterOf(call.caller), source: call.via ?? 'REST' },
    call.signal,
  );
  await demand(call, attributes({ resource: incidents }, 'get', records.home, incident.metadata.name));
  return { incident, wasThere, notes: [] };
}

/** More of the same report than this, one after the other, is a program that has gone wild. */
const MOST_ORDINALS = 100_000;

async function reported(deps: IncidentDeps, asked: Input, call: Call): Promise<Made> {
  const { records, client } = deps;
  const { home, redactor, clock } = records;
  if (asked.title === undefined) throw wrong('title', 'say in a line what is wrong, or give the alert');
  const title = oneLine(redactor.text(plain(asked.title)));
  const refs = asked.targets.map((target, index) => refOf(target, `targets.${index}`));
  await demandSight(refs, home, call);
  const { idempotencyKey } = asked;
  const { username } = call.caller;
  const digest = digestOfReport(
    'incident',
    { title, targets: refs.map(objectText).toSorted() },
    idempotencyKey === undefined ? undefined : { idempotencyKey, username },
  );
  const spec: Incident['spec'] = {
    title,
    severity: asked.severity,
    source: call.via ?? 'REST',
    targets: refs,
    startsAt: metaTime(asked.startsAt === undefined ? clock.now() : Date.parse(asked.startsAt)),
    requestedBy: requesterOf(call.caller),
    ...defined({
      cluster: deps.cluster,
      description: asked.description === undefined ? undefined : redactor.text(plain(asked.description)),
    }),
  };
  const nameAt = (ordinal: number | ''): string => `inc-${identityLabel(digest).slice(0, 16)}-${ordinal}`;
  const made = await createInSeries(
    client,
    {
      resource: incidents,
      at: (ordinal) => ({ metadata: { namespace: home, name: nameAt(ordinal) }, spec }),
      isSame: (found) =>
        found.spec.title === title &&
        canonicalJson((found.spec.targets ?? []).map(objectText).toSorted()) === canonicalJson(refs.map(objectText).toSorted()),
      // A key stands for one Incident for good.
      isOver: (found) => idempotencyKey === undefined && isOver(found),
      first: records.incidents.lastOf(home, nameAt('')),
      last: MOST_ORDINALS,
    },
    call.signal,
  ).catch((error: unknown) => {
    throw notTaken(`create an Incident in namespace ${home}`, error);
  });
  if (made.kind === 'taken' || made.kind === 'exhausted')
    throw wrong('idempotencyKey', 'that key stands for another Incident, with another title or other targets; choose another key');
  if (made.kind === 'found') await demand(call, attributes({ resource: incidents }, 'get', home, made.object.metadata.name));
  return { incident: made.object, wasThere: made.kind === 'found', notes: await notThere(client, refs, call).catch(() => []) };
}
