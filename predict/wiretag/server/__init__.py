"""`wiretag serve`: the tagger over HTTP. Needs the extra ``[serve]`` (FastAPI, uvicorn, prometheus-client).

`app` has the routes, `heads` and `body` the limits on what is read, `bearer` the token, `work` the threads that tag and
their limits, `live_model` the model that can be swapped, `metrics` what is counted, `docs` and `page` what people look
at, `run` the process.
"""
