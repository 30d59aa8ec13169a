import { describe, expect, test } from 'vitest';
import { createStory } from '../../../src/cli/render/transitions.ts';
import { whyPage } from '../../../src/cli/render/why.ts';
import type { InvestigationStatus } from '../../../src/crds/investigation.ts';
import type { Incident } from '../../../src/crds/kinds.ts';
import { causalChain } from '../../../src/report/causalChain.ts';
import type { Page } from '../../../src/text/page.ts';
import { createStyle } from '../../../src/text/style.ts';
import { incident, investigation, NOW } from './story.ts';

const style = createStyle(false);
const page: Page = { style, width: 80, now: NOW };
const pageOf = (status: InvestigationStatus): string => `\n${whyPage(incident, { chain: causalChain(status), status }, page).join('\n')}\n`;

describe('why', () => {
  test('leads from the finding to the change, with what weakens it', () => {
    const text = pageOf({
      ...investigation.status,
      hypotheses: [
        { id: 'h1', statement: 'it is this', category: 'x', confidence: 95, supports: ['f1', 'c1'], contradicts: ['f2'] },
        { id: 'h2', statement: 'Too few pods fit', category: 'x', confidence: 31, supports: ['f2'] },
        { id: 'h3', statement: 'A model thinks so', category: 'x', confidence: 99, supports: ['e1'], source: 'model' },
      ],
    });
    expect(text).toMatchInlineSnapshot(`
      "
      inc-3kq7vd2mxw4ha5tz-1  KubePodCrashLooping: deployment checkout in shop

      ROOT CAUSE, 95 % SURE
        Container app exits with code 1: PAYMENT_TIMEOUT_MS must be a number, got
        "2500ms".

      WHAT WAS FOUND
        f1   ContainerExitsWithError of Deployment shop/checkout (app)
             exit code 1
             e1   kubernetes: logs
                  “Error: PAYMENT_TIMEOUT_MS must be a number, got "2500ms"”

      WHAT BROUGHT IT ABOUT
        c1   GitCommit 5d1f0c2ab6f0 by Bob Builder, 2026-11-21 11:50:00 UTC (8m
             before)
             Give payments more time
             Deployment/shop/checkout
             spec.template.spec.containers[app].env[PAYMENT_TIMEOUT_MS].value
             - 2500
             + 2500ms

      WHAT SPEAKS AGAINST IT
        - f2: Deployment checkout has 1 of 2 new pods ready.

      WHAT ELSE IT COULD BE
        31 % Too few pods fit

      NOT SEEN
        - prometheus (Unavailable): http://prometheus:9090 refused the connection;
          check sources.prometheus.

      WHY 95 %
        - The rule exitCode found it.
        - It is seen in 1 piece of evidence (kubernetes logs).
        - A change is known that came before it and fits it: c1.
        - The next likeliest is 31 %: Too few pods fit
        - It is less sure for what speaks against it.
        - What could not be seen might say otherwise.
      "
    `);
    expect(text).not.toContain('A model thinks so');
  });

  test('says that no cause could be named, and what was not seen', () => {
    const { gaps } = investigation.status ?? {};
    expect(pageOf({ outcome: 'Unresolved', gaps })).toMatchInlineSnapshot(`
      "
      inc-3kq7vd2mxw4ha5tz-1  KubePodCrashLooping: deployment checkout in shop

      NO CAUSE COULD BE NAMED
        The report says no more.

      NOT SEEN
        - prometheus (Unavailable): http://prometheus:9090 refused the connection;
          check sources.prometheus.
      "
    `);
  });
});

describe('watch', () => {
  test('tells each transition once, in a line', () => {
    const story = createStory({ style, width: 80, hasNames: false });
    const first = story.lines(incident, NOW);
    const later: Incident = {
      ...incident,
      status: {
        phase: 'Resolved',
        waitingOn: { who: 'Nobody' },
        timeline: [...(incident.status?.timeline ?? []), { at: '2026-11-21T12:06:00Z', reason: 'Resolved', message: 'it is over' }],
      },
    };
    expect([...first, '--', ...story.lines(incident, NOW), ...story.lines(later, NOW + 60_000)]).toEqual([
      '12:00:00  Received: Alertmanager: KubePodCrashLooping: deployment checkout in s…',
      '12:00:03  Diagnosed: Container app exits with code 1: PAYMENT_TIMEOUT_MS must b…',
      '12:05:00  → AwaitingApproval, waiting on Person: an approver',
      '--',
      '12:06:00  Resolved: it is over',
      '12:06:00  → Resolved',
    ]);
  });

  test('tells of what was there before by its state alone', () => {
    const story = createStory({ style, width: 80, hasNames: true });
    story.skip(incident);
    expect(story.lines(incident, NOW)).toEqual(['12:05:00  inc-3kq7vd2mxw4ha5tz-1  → AwaitingApproval, waiting on Person: an app…']);
  });
});
