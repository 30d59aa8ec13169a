export const renewCertificate = {
  summary: 'Has cert-manager issue a Certificate again now, as cmctl renew does.',
};
