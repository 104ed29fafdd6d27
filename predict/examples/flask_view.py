"""A Flask view that tags the text that is posted to it.

flask --app predict/examples/flask_view.py run
curl --data-binary @item.txt localhost:5000/tag
"""

from flask import Flask, Response, jsonify, request

from wiretag import Tagger

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1_000_000  # Flask answers a longer body with 413
tagger = Tagger.load("models/wiretag.safetensors")  # once: all threads share it


@app.post("/tag")
def tag() -> tuple[Response, int]:
    """The text's language, labels and probabilities as JSON."""
    try:
        text = request.get_data().decode()
    except UnicodeDecodeError:
        return jsonify(error="The text is not UTF-8."), 400
    return jsonify(tagger.tag(text).to_dict()), 200
