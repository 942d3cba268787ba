"""Print the stories of a JSON lines file and the document to keep of each: `python deduplicate.py stories.jsonl`."""
