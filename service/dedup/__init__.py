"""Finds the duplicates in a closed set of documents on one machine; a run that was killed can continue."""

from copydesk.service.dedup import output_rows, work_folder
from copydesk.service.dedup.run import DedupOptions, compare_documents, dedup_files
from copydesk.service.dedup.sign_chunks import group_by_size, save_signed_chunk
from copydesk.service.dedup.work_folder import Chunk, ChunkFolder, StoppedWork, UnusableWork, join_chunks

__all__ = [
    "Chunk",
    "ChunkFolder",
    "DedupOptions",
    "StoppedWork",
    "UnusableWork",
    "compare_documents",
    "dedup_files",
    "group_by_size",
    "join_chunks",
    "output_rows",
    "save_signed_chunk",
    "work_folder",
]
