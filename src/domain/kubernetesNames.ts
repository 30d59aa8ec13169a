/** What may be a name in Kubernetes, for what strangers and people write: it is looked up afterwards, and the API server has the last word. */

/** RFC 1123 label: namespaces, Services, containers. */
export const LABEL_NAME = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/u;

/** Any object: an RFC 1123 subdomain, but for what stands around its dots. */
export const POSSIBLE_OBJECT_NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/u;
