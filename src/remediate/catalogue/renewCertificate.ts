/**
 * RenewCertificate: has cert-manager issue a Certificate again now, as `cmctl renew` does.
 *
 * The condition Issuing in the Certificate's status is what makes cert-manager begin; the present certificate stays in use until there is a new one.
 */
import type { Condition } from '../../kube/object.ts';
import { inWords, objects, type Target } from '../actionTarget.ts';
import type { Mark } from '../direct/change.ts';
import { type Certificate, certificates } from '../direct/resources.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { effectCriteria } from './criteria.ts';
import { type Considered, type Facts, ruleOut, suggest } from './facts.ts';
import type { CatalogueEntry, DirectContext, Prepared } from './types.ts';

/** Issuers date certificates back a little. */
const CLOCK_SLACK_MS = 60_000;
const REASON = 'RenewedByAgentSRE';

export const renewCertificate: CatalogueEntry<Target<Certificate>> = {
  type: 'RenewCertificate',
  about: objects(certificates),
  bounds: ['A cert-manager Certificate, which was issued before.', 'It is not being issued already.'],
  cures: ['CertificateExpired', 'CertificateExpiring'],
  inverse: 'None, and none is needed: the certificate that was in use stays valid for as long as it was.',
  soakSeconds: 60,
  consider,
  successCriteria: effectCriteria,
  abortCriteria: () => [],
  direct: { prepare, isDone },
};

async function consider({ rootCause, client, signal }: Facts): Promise<Considered> {
  const type = 'RenewCertificate';
  const target =
    rootCause.object.kind === 'Certificate' ? await renewCertificate.about.read(client, rootCause.object, { signal }) : undefined;
  if (target === undefined) return ruleOut(type, 'it is about no Certificate of cert-manager that is there');
  return suggest(type, {
    target,
    title: `Renew Certificate ${target.name}`,
    because: `${rootCause.reason}: cert-manager has not renewed it by itself.`,
  });
}

const conditionsOf = (object: Certificate | undefined): readonly Condition[] => object?.status?.conditions ?? [];
const isIssuing = (object: Certificate): boolean =>
  conditionsOf(object).some(({ type, status }) => type === 'Issuing' && status === 'True');

async function prepare({ target }: DirectContext<Target<Certificate>>): Promise<Prepared | Refusal> {
  const { object } = target;
  const { revision = 0, notAfter } = object.status ?? {};
  if (revision === 0 && notAfter === undefined)
    return refuse('UnsafeChange', `${inWords(target)} was never issued: what keeps it from that is to be looked at`);
  if (isIssuing(object)) return refuse('AlreadyInPlace', `${inWords(target)} is being issued already`);
  const others = conditionsOf(object).filter(({ type }) => type !== 'Issuing');
  return {
    kind: 'prepared',
    change: {
      resource: certificates,
      object,
      subresource: 'status',
      patch: ({ at, planUid }) => ({
        status: {
          conditions: [
            ...others,
            {
              type: 'Issuing',
              status: 'True',
              reason: REASON,
              message: `asked for by plan ${planUid}`,
              lastTransitionTime: at,
              observedGeneration: object.metadata.generation ?? 0,
            },
          ],
        },
      }),
    },
    fields: [{ path: 'status.conditions[Issuing]', after: 'True' }],
    risk: { level: 'Low', reasons: ['the certificate in use stays until there is a new one'] },
    blastRadius: {
      workloads: 0,
      pods: 0,
      summary: `Secret ${object.spec?.secretName ?? ''} gets a new certificate, which its readers load in their own time`,
    },
  };
}

/** cert-manager takes the condition away when it is done: by then the certificate begins after it was asked for. */
function isDone(certificate: Certificate | undefined, { planUid, at }: Mark): boolean {
  const issued = Date.parse(certificate?.status?.notBefore ?? '') >= Date.parse(at) - CLOCK_SLACK_MS;
  return issued || conditionsOf(certificate).some(({ type, message }) => type === 'Issuing' && message.endsWith(planUid));
}
