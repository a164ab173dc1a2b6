"""Asks a running Kirjo how many hits queries of a log have.

usage: hits.py word URL LOG LEAST   a word of the log with at least so many hits (as few as may be, or
                                    the most if no word has so many): word as in the log, tab, hits
       hits.py kinds URL LOG        lines of kind, queries asked, mean number of hits
"""

import collections
import json
import re
import sys
import urllib.request

WORDS = 200
OF_A_KIND = 50


def hits(url, path):
    """Hits of a search; a page of it has the same."""
    path = re.sub(r"&(page|limit)=\d+", "", path)
    if path.startswith("/search"):
        path += "&limit=0"
    with urllib.request.urlopen(url + path) as answer:
        return json.load(answer).get("resultCount", 0)


def word(url, queries, least):
    words = collections.Counter()
    for query in queries:
        if query["kind"] in ("term", "two_words", "three_words"):
            words.update(query["path"].split("lookfor=")[1].split("%20"))
    counted = [(hits(url, f"/search?lookfor={text}"), text) for text, _ in words.most_common(WORDS)]
    enough = [entry for entry in counted if entry[0] >= least]
    count, text = min(enough) if enough else max(counted)
    print(f"{text}\t{count}")


def kinds(url, queries):
    paths = collections.defaultdict(dict)
    for query in queries:
        if len(paths[query["kind"]]) < OF_A_KIND:
            paths[query["kind"]][query["path"]] = None
    for kind, asked in sorted(paths.items()):
        counts = [hits(url, path) for path in asked]
        print(f"{kind}\t{len(counts)}\t{sum(counts) / len(counts):.1f}")


def main():
    what, url, log = sys.argv[1:4]
    with open(log) as lines:
        queries = [json.loads(line) for line in lines]
    if what == "word":
        word(url, queries, float(sys.argv[4]))
    else:
        kinds(url, queries)


main()
