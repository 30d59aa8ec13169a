import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../../../src/sources/kubernetes/snapshot.ts';
import { ago, log, running, waiting } from '../builders.ts';
import { type AppOptions, app, firstOf, named, pending, says, world } from '../surroundingsBuilders.ts';

interface Case {
  readonly name: string;
  readonly seen: Snapshot;
  readonly want: string | undefined;
}

const asks = (server: string, more: AppOptions = {}) => app('cart', { ...more, pod: { nameservers: [server], ...more.pod } });
const WANT = 'PodDNSMisconfigured Deployment/cart';
const lookup = (host: string, server = '203.0.113.9') => `dial tcp: lookup ${host} on ${server}:53: read udp 10.1.1.1:5: i/o timeout`;
const unready = { ready: false, container: { state: running(8) } };

describe('podDns', () => {
  test.each<Case>([
    { name: 'lookups of a Service fail', seen: world(asks('203.0.113.9'), app('redis'), says('cart', lookup('redis'))), want: WANT },
    {
      name: 'lookups fail and the pod crashes for it',
      seen: world(
        asks('8.8.8.8', {
          ready: false,
          container: {
            state: waiting('CrashLoopBackOff'),
            restarts: 6,
            lastState: { terminated: { exitCode: 1, reason: 'Error', message: '', finishedAt: ago(1) } },
            logs: { previous: log('java.net.UnknownHostException: redis: Temporary failure in name resolution') },
          },
        }),
        app('redis'),
      ),
      want: WANT,
    },
    { name: 'it is not ready, and has written nothing', seen: world(asks('192.0.2.1', unready), app('redis')), want: WANT },
    {
      name: 'is not one that finds its names',
      seen: world(asks('8.8.8.8'), app('redis')),
      want: undefined,
    },
    {
      name: 'is not one whose only trouble is a name that nobody has',
      seen: world(asks('8.8.8.8'), app('redis'), says('cart', lookup('telemetry.vendor.example'))),
      want: undefined,
    },
    {
      name: 'is not the cluster’s own name service',
      seen: world(asks('10.96.0.10', { ...unready, service: false }), app('redis')),
      want: undefined,
    },
    {
      name: 'is not the cache of the node',
      seen: world(asks('169.254.20.10', { ...unready, service: false }), app('redis')),
      want: undefined,
    },
    {
      name: 'is not what keeps a pod without a node waiting',
      seen: world(pending('cart', '2 Insufficient cpu', { pod: { nameservers: ['8.8.8.8'] } })),
      want: 'InsufficientCPU Deployment/cart',
    },
    {
      name: 'is not what keeps an image from coming',
      seen: world(
        asks('8.8.8.8', {
          ready: false,
          container: { state: waiting('ErrImagePull', 'manifest for registry.example/cart:9 not found: manifest unknown') },
        }),
      ),
      want: 'ImageNotFound Deployment/cart',
    },
  ])('$name', ({ seen, want }) => {
    expect(named(seen)).toBe(want);
    if (want !== undefined) expect(firstOf(seen)).toBe(want);
  });
});
