import { type Static, Type } from 'typebox';
import {
  closed,
  EditedFields,
  Id,
  IdOrNull,
  Micros,
  MicrosOrNull,
  Name,
  orNull,
  Plain,
  pageOf,
  words,
} from './terms.ts';

/** Header of `PUT …/content`: where in the file the body's first byte belongs. */
export const OFFSET_HEADER = 'upload-offset';
/** Header of `HEAD …/content`: bytes of the whole file, when known. */
export const LENGTH_HEADER = 'upload-length';
/** Header of the last `PUT …/content` of a file whose size was not announced: `1`. */
export const COMPLETE_HEADER = 'upload-complete';

/** Work in the queue. */
export const JobRow = Type.Object({
  ...EditedFields,
  kind: Type.String(),
  state: words(['queued', 'running', 'done', 'failed', 'cancelled']),
  fileId: IdOrNull,
  fileName: Type.String(),
  result: orNull(Plain),
  /** 0 to 1. */
  progress: Type.Number(),
  stage: Type.String(),
  attempts: Type.Number(),
  maxAttempts: Type.Number(),
  cancelRequested: Type.Boolean(),
  startedAt: MicrosOrNull,
  finishedAt: MicrosOrNull,
  problem: Type.String(),
  createdBy: Type.String(),
});
/** See {@link JobRow}. */
export type JobRow = Static<typeof JobRow>;

/** Jobs. */
export const JobPage = pageOf(JobRow);
/** See {@link JobPage}. */
export type JobPage = Static<typeof JobPage>;

/** An upload. */
export const FileRow = Type.Object({
  ...EditedFields,
  name: Name,
  hash: Type.Union([Type.String(), Type.Null()]),
  size: Type.Union([Type.Number(), Type.Null()]),
  /** Bytes that are safe on the disk. */
  received: Type.Number(),
  state: words(['uploading', 'received', 'analysing', 'analysed', 'failed', 'deleted']),
  uploadedBy: Type.String(),
  problem: Type.String(),
  facts: Plain,
});
/** See {@link FileRow}. */
export type FileRow = Static<typeof FileRow>;

/** Uploads. */
export const FilePage = pageOf(FileRow);
/** See {@link FilePage}. */
export type FilePage = Static<typeof FilePage>;

/** An upload that begins. */
export const FileDraft = Type.Object(
  {
    name: Name,
    size: Type.Optional(Type.Integer({ minimum: 0 })),
    /** SHA-256 in hexadecimal, when known beforehand: the same file is then not sent at all. */
    hash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  closed,
);
/** See {@link FileDraft}. */
export type FileDraft = Static<typeof FileDraft>;

/** Where an upload stands. `sameAs` names the file that holds the same bytes already. */
export const FileProgress = Type.Object({
  file: FileRow,
  sameAs: IdOrNull,
});
/** See {@link FileProgress}. */
export type FileProgress = Static<typeof FileProgress>;

/** A file with its jobs. */
export const FileDetail = Type.Object({ file: FileRow, jobs: Type.Array(JobRow) });
/** See {@link FileDetail}. */
export type FileDetail = Static<typeof FileDetail>;

/** What goes when a file is deleted. */
export const FileConsequences = Type.Object({
  bytes: Type.Number(),
  flows: Type.Number(),
  alerts: Type.Number(),
  openAlerts: Type.Number(),
  runningJobs: Type.Number(),
  /** The same in words. */
  sentence: Type.String(),
});
/** See {@link FileConsequences}. */
export type FileConsequences = Static<typeof FileConsequences>;

/** Events of `GET /api/stream`, by name. Each has an id; `Last-Event-ID` resumes. */
export const StreamEvents = Type.Object({
  /** Alerts are new or changed. */
  alert: Type.Object({
    ids: Type.Array(Id),
    change: words(['added', 'updated', 'withdrawn', 'judged', 'suppressed', 'removed']),
    /** Of new ones: how many in all, when more than the ids given. */
    count: Type.Number(),
  }),
  job: JobRow,
  file: FileRow,
  /** The picture as a whole changed: load the overview again. */
  overview: Type.Object({ at: Micros }),
  /** Events were missed: load everything again. */
  reset: Type.Object({ at: Micros }),
});
/** See {@link StreamEvents}. */
export type StreamEvents = Static<typeof StreamEvents>;
