import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findOrInstall } from "./way/find-program.js";

/** A certificate for 127.0.0.1 and localhost that signs itself, and its key, both as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Names the files of a certificate in a directory of a server. */
export function certificateFiles(directory: string): Certificate {
  return { certificate: join(directory, "certificate.pem"), key: join(directory, "key.pem") };
}

/** Makes a certificate with the machine's openssl. */
export async function makeCertificate(): Promise<Certificate> {
  await findOrInstall({ binary: "openssl", debianPackage: "openssl" });
  const directory = await mkdtemp(join(tmpdir(), "cullet-certificate-"));
  try {
    const { certificate, key } = certificateFiles(directory);
    const kind = [
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
    await promisify(execFile)("openssl", ["req", ...kind, ...names, "-out", certificate, "-keyout", key]);
    return { certificate: await readFile(certificate, "utf8"), key: await readFile(key, "utf8") };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Gives a server a certificate, in files of its directory. */
export async function writeCertificate(directory: string, given: Certificate): Promise<void> {
  const { certificate, key } = certificateFiles(directory);
  await writeFile(certificate, given.certificate);
  await writeFile(key, given.key);
  // The server reads it as another user.
  await chmod(key, 0o644);
}
