import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findOrInstall } from "./way/find-program.js";

/** The files of a certificate for 127.0.0.1 and localhost that signs itself. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Names the files that `makeCertificate` writes. */
export function certificateFiles(directory: string): CertificateFiles {
  return { certificate: join(directory, "certificate.pem"), key: join(directory, "key.pem") };
}

/** Makes a certificate with the machine's openssl. */
export async function makeCertificate(directory: string): Promise<void> {
  await findOrInstall({ binary: "openssl", debianPackage: "openssl" });
  const { certificate, key } = certificateFiles(directory);
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  await promisify(execFile)("openssl", ["req", ...kind, ...names, "-out", certificate, "-keyout", key]);
  // The server reads it as another user.
  await chmod(key, 0o644);
}
