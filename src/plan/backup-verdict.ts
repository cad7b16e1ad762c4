/** What holding a backup's files against its manifest has shown. */
export interface FolderVerdict {
  /** As the manifest lists them. */
  readonly files: number;
  readonly bytes: number;
  readonly findings: readonly FolderFinding[];
}

export type FolderFinding =
  /** No manifest: no backup, or one that was broken off. */
  | { readonly kind: "manifest-missing"; readonly isBrokenOff: boolean }
  | { readonly kind: "manifest-invalid"; readonly reason: string }
  | { readonly kind: "file-missing"; readonly name: string }
  | { readonly kind: "file-unreadable"; readonly name: string; readonly reason: string }
  | {
      readonly kind: "size-differs";
      readonly name: string;
      readonly bytes: number;
      readonly expectedBytes: number;
    }
  | { readonly kind: "content-differs"; readonly name: string }
  /** The manifest does not list it. */
  | { readonly kind: "file-unexpected"; readonly name: string }
  /** It is as it was written, and slots were missing from it even then. */
  | { readonly kind: "backup-incomplete" };
