"""Tables of mails on many processes or machines, by Dask (an extra); docs/scale.md describes it.

Each mail is judged by itself, row group by row group: what ties messages together needs a whole mailbox.

address     a file or folder on any file system that fsspec reaches, and files written whole or not at all
table       inspect(file) -> Table              what a Parquet file holds, without reading its rows
judge       pack(...) -> Kit, unpack(kit) -> Judge      the model and what the person said, on their way to a worker
partition   label_partition(partition, job) -> Record   one row group, into one file
manifest    begin, finish                       what a folder of labelled partitions was made from, and what came of it
cluster     connected(scheduler), broadcast(client, kit), results(client, function, items)      all that Dask does
plugin      Broadcast                           the kit on each worker
run         label_tables(paths, wanted, kit) -> Summary     the whole flow
"""
