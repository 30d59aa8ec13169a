/** What clients say of certificates that they refuse, in the words of the common TLS libraries and of our own checks. */
import type { FindingReason } from '../crds/reasons.ts';

type Refusal = Extract<FindingReason, 'CertificateExpired' | 'CertificateNameMismatch' | 'CertificateUntrusted'>;

const EXPIRED =
  /certificate (?:has )?expired|CERT_HAS_EXPIRED|NotAfter:|certificate is expired|CertificateExpiredException|\bit expired on \d/iu;
const NOT_YET = /\bcurrent time \S{1,40} is before \S|not yet valid(?!:)|CertificateNotYetValid/u;
const OTHER_NAME =
  /certificate is (?:not )?valid for .{1,250}, not |doesn't contain any (?:IP )?SANs|not valid for any names|does not match certificate's altnames|ALTNAME_INVALID|hostname mismatch|doesn't match (?:either|host)|No subject alternative (?:DNS )?names? |certificate.{0,40}no alternative certificate subject name matches|relies on legacy Common Name|\bit is for .{1,400} and not for /iu;
const UNTRUSTED =
  /signed by unknown authority|unable to get (?:local )?issuer certificate|self[- ]signed certificate|PKIX path building failed|unable to verify the first certificate|CERTIFICATE_VERIFY_FAILED|certificate verify failed|UnknownIssuer|unknown certificate authority/iu;

/** The server's side of a handshake that a client broke off: a scanner or a probe does so every few seconds, and nothing is wrong. */
const FROM_A_CLIENT = /TLS handshake error from|remote error: tls: (?:bad|unknown) certificate/iu;

export const isNotYetValid = (text: string): boolean => NOT_YET.test(text);

export function refusalIn(text: string): Refusal | undefined {
  if (FROM_A_CLIENT.test(text)) return undefined;
  if (OTHER_NAME.test(text)) return 'CertificateNameMismatch';
  if (EXPIRED.test(text) && !isNotYetValid(text)) return 'CertificateExpired';
  return UNTRUSTED.test(text) && !isNotYetValid(text) ? 'CertificateUntrusted' : undefined;
}
