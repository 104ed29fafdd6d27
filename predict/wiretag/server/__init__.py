"""`wiretag serve`: the tagger over HTTP. Needs the extra ``[serve]`` (FastAPI, uvicorn, prometheus-client).

`app` has the routes, `body` the limits on what is read, `work` the threads that tag and the limits on them, `live_model` the
model that can be swapped, `metrics` what is counted, `run` the process.
"""
