/**
 * Certificates that have ended, end soon, are for another name, are not trusted, or are not issued.
 *
 * Right about a cert-manager Certificate by its own times and conditions: one is late only once the time at which it was to be renewed has
 * passed, however short it lives; it is not issued once it has not been for minutes. Right about a handshake by what the client says: a TLS
 * check, or an error line. Disproved by a handshake that succeeds. A certificate that is not valid yet speaks of a clock.
 */
import type { ObjectRef } from '../../crds/common.ts';
import type { FindingReason } from '../../crds/reasons.ts';
import type { Certificate, Check, Service, Snapshot } from '../../sources/kubernetes/snapshot.ts';
import { credibleLines, podNamesOf } from '../credibleLines.ts';
import { objectFields } from '../fields.ts';
import type { Analyzer, Finding } from '../finding.ts';
import { quote } from '../quote.ts';
import { serviceRef } from '../reachability.ts';
import { servicesNamedIn } from '../serviceNames.ts';
import { spokenTime } from '../times.ts';
import { refusalIn } from '../tlsWords.ts';

export const certificates: Analyzer = {
  name: 'certificates',
  *find(snapshot) {
    for (const certificate of snapshot.certificates) yield* ofCertificate(snapshot, certificate);
    yield* fromChecks(snapshot);
    yield* fromLines(snapshot);
  },
};

/** Renewal takes a few tries, and so does the first issue. */
const RENEWAL_SLACK_MS = 60 * 60_000;
const ISSUE_SLACK_MS = 5 * 60_000;

function* ofCertificate(snapshot: Snapshot, certificate: Certificate): Iterable<Finding> {
  const { conditions, notAfter, renewalAt, ref } = certificate;
  const failing = conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  const why = failing === undefined ? '' : `; ${failing.reason}: ${quote(failing.message)}`;
  const tell = (reason: FindingReason, says: string, since: number | undefined): Finding => ({
    analyzer: certificates.name,
    reason,
    object: ref,
    message: `Certificate ${ref.namespace ?? ''}/${ref.name} ${says}${why}.`,
    cures: reason === 'CertificateNotIssued' ? ['RevertCommit'] : ['RevertCommit', 'RenewCertificate'],
    evidence: [certificate.evidence],
    pods: reason === 'CertificateExpiring' ? [] : usersOf(snapshot, certificate),
    since,
    touchedBy: { direct: objectFields(ref, 'spec'), plausible: [] },
  });
  if (notAfter !== undefined && notAfter <= snapshot.at) yield tell('CertificateExpired', `ended ${spokenTime(notAfter)}`, notAfter);
  else if (notAfter !== undefined && renewalAt !== undefined && renewalAt + RENEWAL_SLACK_MS < snapshot.at) {
    yield tell('CertificateExpiring', `was to be renewed ${spokenTime(renewalAt)} and ends ${spokenTime(notAfter)}`, renewalAt);
  } else if (failing !== undefined && snapshot.at - (failing.since ?? snapshot.at) > ISSUE_SLACK_MS) {
    yield tell('CertificateNotIssued', 'is not issued', failing.since);
  }
}

/** Pods that mount its secret. */
const usersOf = ({ pods }: Snapshot, { ref, secret }: Certificate): string[] =>
  pods
    .filter(
      ({ namespace, references }) =>
        namespace === ref.namespace && references.some(({ kind, name }) => kind === 'Secret' && name === secret),
    )
    .map(({ name }) => name);

/**
 * Here a private authority is not known that clients in the cluster trust, and a Service is tried under its own name: so a check proves that a
 * certificate has ended, hints at another name, and says nothing of trust.
 */
function* fromChecks(snapshot: Snapshot): Iterable<Finding> {
  for (const check of snapshot.checks.filter(({ kind }) => kind === 'tls')) {
    const seen = check.outcome === 'failed' ? refusalIn(check.detail) : endsSoon(snapshot, check);
    if (seen === undefined || seen === 'CertificateUntrusted') continue;
    const verb = seen === 'CertificateExpiring' ? 'ends soon' : 'is refused';
    yield handshake(seen, {
      object: serviceRef({ namespace: check.namespace, name: check.service }),
      message: `The certificate of Service ${check.namespace}/${check.service} on port ${check.port} ${verb}: ${quote(check.detail)}.`,
      evidence: [check.evidence],
      pods: [],
      indirect: seen !== 'CertificateExpired',
    });
  }
}

const DAY_MS = 24 * 60 * 60_000;

/** Within a day, where no cert-manager is known that is about to renew it. */
function endsSoon({ at, certificates: known }: Snapshot, { outcome, detail, namespace }: Check): 'CertificateExpiring' | undefined {
  const end = Date.parse(/\bvalid until (\d{4}-\d\d-\d\d)/u.exec(detail)?.[1] ?? '');
  const isKept = known.some(({ ref }) => ref.namespace === namespace);
  return outcome === 'open' && end - at < DAY_MS && !isKept ? 'CertificateExpiring' : undefined;
}

function* fromLines(snapshot: Snapshot): Iterable<Finding> {
  for (const line of credibleLines(snapshot)) {
    const reason = refusalIn(line.text);
    if (reason === undefined) continue;
    const { owner, container, text, evidence, beside } = line;
    const server = servicesNamedIn(snapshot, text, owner.namespace ?? '')[0];
    const who = `${owner.kind} ${owner.namespace ?? ''}/${owner.name}`;
    yield handshake(reason, {
      object: server === undefined ? { ...owner, container } : servedBy(snapshot, server),
      message: `${who} does not accept the certificate of ${server === undefined ? 'what it calls' : `Service ${server.namespace}/${server.name}`}: ${quote(text)}.`,
      evidence: [evidence, ...(server === undefined ? [] : [server.evidence])],
      pods: beside ? [] : podNamesOf(snapshot, owner),
      indirect: beside,
    });
  }
}

/** The certificate that is for the Service's name, where one is known; otherwise the Service. */
function servedBy({ certificates: known }: Snapshot, { namespace, name }: Service): ObjectRef {
  const own = known.find(
    (one) => one.ref.namespace === namespace && one.names.some((host) => host === name || host.startsWith(`${name}.${namespace}`)),
  );
  return own?.ref ?? serviceRef({ namespace, name });
}

const handshake = (reason: FindingReason, more: Pick<Finding, 'object' | 'message' | 'evidence' | 'pods' | 'indirect'>): Finding => ({
  analyzer: certificates.name,
  reason,
  cures: ['RevertCommit'],
  touchedBy: { direct: objectFields(more.object, ''), plausible: [] },
  ...more,
});
