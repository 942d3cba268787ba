"""Keys of an index: a log of new keys that is merged into a table, and a filter over that table."""

from copydesk.service.index.keys.key_filter import FILTER, KeyFilter, key_filter_of
from copydesk.service.index.keys.key_log import KEY_LOG, key_log_of, merge_all

__all__ = ["FILTER", "KEY_LOG", "KeyFilter", "key_filter_of", "key_log_of", "merge_all"]
