extension FileSection {
  static let model = FileSection(
    "model",
    [
      FileKey(
        "architecture",
        "`resnet18`, `resnet34`, `resnet50`, `resnet101`, `cifar_resnet20`, `cifar_resnet32`",
        "`resnet50`", "the network"),
      FileKey(
        "stem", "`imagenet`, `small`", "`imagenet`; `small` for `cifar_*`",
        "7×7 stride 2 and max-pool, or 3×3 stride 1"),
      FileKey("head", "mapping", "`{}`", "the classifier"),
      FileKey(
        "convolution", "`fastest`, `exact`, `reference`", "`fastest`",
        "which implementations may be used; `exact`, also written `without_winograd`: neither Winograd's "
          + "nor Strassen's; `reference`: plain loops, very slow"),
      FileKey(
        "weights", "path, `run:…` or mapping", "—",
        "a `.pth`, `.pt` or `.safetensors` file to start from, relative to this file: "
          + "torchvision's or timm's names; or a finished run of the store, by number, name or the "
          + "beginning of its fingerprint; a head for other classes, or of classes in an order that "
          + "nobody says, is replaced"),
      FileKey(
        "freeze", "`stem`, `layer1`, `layer2`, `layer3`, `layer4`", "—",
        "everything up to and including this part stays as it is, its normalisation too (`cifar_*` end with `layer3`)"
      ),
      FileKey(
        "cached_views", "count", "—",
        "with `freeze` and `augmentation`: a training image is seen in so many augmented views, drawn once from the seed, whose activations can be kept; else it is augmented anew every time"
      ),
      FileKey(
        "cache_limit", "gigabytes", "`8`",
        "with `freeze`: room on the disk for activations that runs share; `0` for none; changes no result"
      ),
      FileKey(
        "text", "mapping", "`{}`",
        "a description beside the image (`dataset.text`): how it is read and what it is used for"),
    ])

  static let text = FileSection(
    "model.text",
    [
      FileKey(
        "variant", "`none`, `text`, `joint`, `fallback`", "`none`",
        "not at all; the text alone; image and text in one classifier; the text where the image's model is not sure"
      ),
      FileKey(
        "mask_class_words", "boolean", "`false`",
        "hide the words that class names consist of, in either number"),
      FileKey(
        "min_count", "count", "`2`", "times a word stands in the training texts to be known"),
      FileKey("max_length", "count", "`16`", "words that are read, from the start; up to 512"),
      FileKey("embedding", "count", "`64`", "numbers of a word's vector; up to 4096"),
      FileKey(
        "hidden", "count", "`128`", "numbers of the recurrent state, in each direction; up to 4096"),
      FileKey("cell", "`gru`, `lstm`", "`gru`", "the recurrent network"),
      FileKey("bidirectional", "boolean", "`true`", "whether texts are also read from their ends"),
    ])

  static let weights = FileSection(
    "model.weights",
    [
      FileKey(
        "file", "path or `run:…`", "required", "what `model.weights` is where it is no mapping"),
      FileKey(
        "head", "`drop`, `keep` or list of names", "—",
        "the file's classifier: it starts anew; its rows are this data's classes in `poise data`'s order; "
          + "or the classes of its rows, in the file's order. Where absent, it is taken if the file names these "
          + "classes, each row by its name, as `poise export` writes them"),
    ])

  static let head = FileSection(
    "model.head",
    [
      FileKey(
        "hidden", "list of counts", "`[]`", "widths of hidden layers; empty for a linear classifier"
      ),
      FileKey("dropout", "share", "`0`", "before every linear layer of the head"),
      FileKey(
        "kind", "`linear`, `cosine`", "`linear`",
        "the last layer; strategies that need another one, such as `ldam`, bring it"),
      FileKey(
        "scale", "number > 0", "`16`", "`cosine`: s of the logits s·cos(features, weights)"),
    ])

  static let training = FileSection(
    "training",
    [
      FileKey(
        "epochs", "number", "`8`",
        "the budget: images seen, as multiples of the training split; fractions allowed"),
      FileKey("images", "count", "instead of `epochs`", "the budget: images seen"),
      FileKey("batch", "count", "`64`", "images a step"),
      FileKey("optimizer", "mapping", "`{}`", "the update rule"),
      FileKey("schedule", "mapping", "`{}`", "the learning rate over time"),
      FileKey(
        "label_smoothing", "number", "`0`", "ε from 0 to below 1: targets are (1−ε)·one-hot + ε/K"),
      FileKey(
        "select_by",
        "`macro_recall`, `accuracy`, `macro_f1`, `g_mean`, `worst_recall`, `few_recall`, `negative_loss`",
        "`macro_recall`", "the validation figure that chooses the best epoch"),
    ])

  static let optimizer = FileSection(
    "training.optimizer",
    [
      FileKey("rule", "`sgd`, `adamw`", "`sgd`", "the update rule"),
      FileKey("learning_rate", "number > 0", "`0.05`", "the peak rate"),
      FileKey(
        "head_learning_rate", "number > 0", "`learning_rate`", "the peak rate of the classifier"),
      FileKey("momentum", "number", "`0.9`", "`sgd`: from 0 to below 1"),
      FileKey("nesterov", "boolean", "`false`", "`sgd`: look ahead along the momentum"),
      FileKey("weight_decay", "number ≥ 0", "`5e-4`", "pulls weights to zero"),
      FileKey(
        "decays_norm_and_bias", "boolean", "`true`", "whether biases and normalisation decay too"),
      FileKey("clip_norm", "number > 0", "—", "the largest norm of a gradient"),
      FileKey("beta1", "number", "`0.9`", "`adamw`: from 0 to below 1"),
      FileKey("beta2", "number", "`0.999`", "`adamw`: from 0 to below 1"),
      FileKey("epsilon", "number > 0", "`1e-8`", "`adamw`: added to the denominator"),
    ])

  static let schedule = FileSection(
    "training.schedule",
    [
      FileKey("curve", "`constant`, `step`, `cosine`", "`cosine`", "the rate after the warm-up"),
      FileKey("warmup_epochs", "number ≥ 0", "`0`", "epochs of linear rise from 0"),
      FileKey(
        "milestones", "list of epochs", "`[]`",
        "`step`: rising; at each the rate is multiplied by `gamma`"),
      FileKey("gamma", "number", "`0.1`", "`step`: above 0, at most 1"),
      FileKey("minimum_factor", "number", "`0`", "`cosine`: the factor at the end, 0 to 1"),
    ])

  static let strategy = FileSection(
    "strategies.*",
    [
      FileKey(
        "strategy", "name", "the label", "the strategy's name in the catalogue (`poise strategies`)"
      ),
      FileKey(
        "grid", "mapping of lists", "`{}`", "every combination of these values becomes a variant"),
      FileKey(
        "zip", "mapping of lists", "`{}`",
        "lists of one length: their first values are a variant, their second, …"),
      FileKey(
        "overrides", "mapping", "`{}`",
        "keys of `model` or `training` that differ for this strategy, recorded as such; not the budget"
      ),
      FileKey(
        "allow_overcompensation", "true or false", "`false`",
        "run a strategy that undoes the classes' sizes more than once (below)"),
    ])

  static let exclude = FileSection(
    "exclude[]",
    [
      FileKey("strategy", "label", "any", "the strategy of the runs to leave out"),
      FileKey("seed", "whole number", "any", "their seed"),
    ])

  static let report = FileSection(
    "report",
    [
      FileKey(
        "html", "path", "—",
        "a page for a browser, written again after every run; relative to the store's folder")
    ])

  static let limits = FileSection(
    "limits",
    [
      FileKey(
        "run", "duration", "—",
        "a run that takes longer is stopped, such as `2h`, `90m`, `45s`, `1h30m`"),
      FileKey("night", "duration", "—", "no run starts after this"),
      FileKey(
        "failures_in_a_row", "count", "`3`",
        "so many failed runs one after another end the sweep; diverged ones do not count"),
      FileKey("retries", "count", "`1`", "times a failed run is tried again"),
      FileKey(
        "silence", "duration", "`10m`",
        "a run without a sign of life for so long, and for 100 of its steps, is ended and tried again; "
          + "before its first step it may take three times as long"),
    ])
}
