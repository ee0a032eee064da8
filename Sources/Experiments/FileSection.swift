/// One key of an experiment file, as `Experiments/README.md` documents it.
public struct FileKey: Sendable {
  /// As it stands in a file.
  public var name: String
  /// What may stand there, in words.
  public var type: String
  /// As it would stand in a file; `—` where nothing is assumed, `required` where it must be given.
  public var usual: String
  /// What it does, in words.
  public var meaning: String

  init(_ name: String, _ type: String, _ usual: String, _ meaning: String) {
    (self.name, self.type, self.usual, self.meaning) = (name, type, usual, meaning)
  }
}

/// A mapping of an experiment file with all the keys it may have. The parser knows no others.
public struct FileSection: Sendable {
  /// In dotted form, such as `training.optimizer`; empty for the file itself.
  public var name: String
  /// In the order of the documentation.
  public var keys: [FileKey]

  init(_ name: String, _ keys: [FileKey]) { (self.name, self.keys) = (name, keys) }

  var keyNames: [String] { keys.map(\.name) }

  /// The section as `Experiments/README.md` shows it.
  public var table: [String] {
    ["| key | type | default | meaning |", "|---|---|---|---|"]
      + keys.map { "| `\($0.name)` | \($0.type) | \($0.usual) | \($0.meaning) |" }
  }

  /// Every section, in the order of the documentation.
  public static let all: [FileSection] = [
    file, dataset, labels, classes, split, splitGroup, testByColumn, columnCondition, testLists,
    longTail, image, model, weights, head, text, training, optimizer, schedule, transforms,
    strategy,
    stage, exclude, report, limits,
  ]

  static let file = FileSection(
    "",
    [
      FileKey(
        "name", "word", "required",
        "the experiment's name in the store: letters, digits, `.`, `_`, `-`"),
      FileKey(
        "extends", "path", "—",
        "a file whose keys count where this one says nothing; relative to this file"),
      FileKey("dataset", "mapping", "required", "which images"),
      FileKey(
        "split", "mapping", "`{}`",
        "what is learned from, what chooses the best epoch, what is tested on"),
      FileKey("image", "mapping", "required", "size and normalisation of the network's input"),
      FileKey("model", "mapping", "`{}`", "the network"),
      FileKey(
        "training", "mapping", "`{}`", "budget, optimiser, schedule: the same for every strategy"),
      FileKey(
        "augmentation", "list of transforms", "`[]`",
        "random changes of every training image, the same for every strategy"),
      FileKey(
        "baseline", "label", "`baseline`",
        "the strategy that all others are compared with; it has one variant"),
      FileKey(
        "strategies", "mapping", "required", "what is compared: one label a strategy, at least one"),
      FileKey(
        "stages", "list of mappings", "—",
        "parts of the classes, trained on one after the other; the trunk is carried over"),
      FileKey(
        "seeds", "list or count", "`[1]`",
        "one run of every strategy for each; `3` means `[1, 2, 3]`"),
      FileKey("exclude", "list of mappings", "`[]`", "runs to leave out"),
      FileKey(
        "store_predictions", "boolean", "`false`",
        "keep the five best classes of each test image; without it the best one and its confidence are kept"
      ),
      FileKey("limits", "mapping", "`{}`", "when a run or a night ends early"),
      FileKey("report", "mapping", "`{}`", "what is written while the sweep runs"),
      FileKey(
        "tags", "list of words", "`[]`",
        "words that the store puts on the runs that it adds; `poise runs --tag` filters by them"),
      FileKey("note", "text", "—", "a sentence that the store keeps with the runs that it adds"),
    ])

  static let dataset = FileSection(
    "dataset",
    [
      FileKey(
        "name", "text", "last part of `root`",
        "for people and for the store; give one where the folder may be renamed or moved"),
      FileKey(
        "format", "`csv`, `folder`, `list`, `idx`, `cifar10`, `cifar100`", "required",
        "how examples are listed"),
      FileKey(
        "root", "path", "required",
        "the folder all other paths start from; relative to the file it is written in"),
      FileKey(
        "follow_links", "`anywhere`, `inside`", "`anywhere`",
        "where symbolic links may lead: out of `root`, or only to what lies below it"),
      FileKey("labels", "mapping", "`{}`", "how labels become classes"),
      FileKey("file", "path", "required for `csv`", "the table, one example a line"),
      FileKey("id", "column", "required for `csv`", "names an example"),
      FileKey("label", "column", "required for `csv`", "the class"),
      FileKey("text", "column", "—", "`csv`: a description of the example"),
      FileKey(
        "image", "pattern", "required for `csv`, `{path}` for `list`",
        "an image's path, `{column}` standing for a cell, such as `images/{id}.jpg`; `{id:05}` gives whole numbers five digits"
      ),
      FileKey(
        "separator", "`comma`, `semicolon`, `tab`, `pipe`, `space`, or a character", "`comma`",
        "`csv`: what stands between cells; a first line `sep=;` says it too"),
      FileKey(
        "columns", "list of names", "the header line", "`csv`: the columns of a table without one"),
      FileKey(
        "comment", "text", "—", "`csv`: lines that start with it are passed over, such as `'#'`"),
      FileKey(
        "encoding",
        "`utf-8`, `latin1`, `iso-8859-15`, `windows-1252`, `utf-16`, `utf-16le`, `utf-16be`",
        "`utf-8`", "`csv`, `list`: of the files' text; a byte order mark of UTF-16 says it too"),
      FileKey(
        "train_list", "path", "required for `list`",
        "one image a line: a path, a blank, a class as number or word"),
      FileKey("validation_list", "path", "—", "`list`: what chooses the best epoch"),
      FileKey("test_list", "path", "—", "`list`: what is tested on"),
      FileKey(
        "train_images", "path", "required for `idx`",
        "pixels of the training images, gzipped or not"),
      FileKey("train_labels", "path", "required for `idx`", "their classes"),
      FileKey("test_images", "path", "—", "`idx`: pixels of the test images"),
      FileKey("test_labels", "path", "—", "`idx`: their classes"),
      FileKey(
        "class_names", "list of texts", "the numbers",
        "`idx`, `list`: names of the classes 0, 1, …; for `list` also a file with one a line"),
      FileKey("classes", "mapping", "`{}`", "which classes count"),
      FileKey(
        "quarantine_limit", "share", "`0.05`",
        "the share of images that are missing, unreadable or carry conflicting labels (these counted by themselves) above which reading stops"
      ),
    ])

  static let labels = FileSection(
    "dataset.labels",
    [
      FileKey(
        "near", "`ask`, `merge`, `keep`", "`ask`",
        "labels that differ only in capitals, blanks, hyphens, invisible or look-alike characters, or the writing of a number: an error, one class, or several"
      ),
      FileKey(
        "merge", "mapping", "`{}`",
        "other labels of a class, by its name, such as `{Boot: [BOOT, boots]}`"),
      FileKey(
        "missing", "list of labels", "`[]`",
        "labels that mean that there is none; their images are set aside"),
    ])

  static let stage = FileSection(
    "stages",
    [
      FileKey("name", "word", "required", "of the stage: letters, digits, `_`, `-`"),
      FileKey(
        "classes", "mapping", "required",
        "what the stage adds to `dataset.classes`, such as `{top: 20}`"),
      FileKey(
        "training", "mapping", "`{}`",
        "what the stage changes of `training`, such as `{epochs: 4}`"),
    ])

  static let classes = FileSection(
    "dataset.classes",
    [
      FileKey("top", "count", "—", "only so many classes, those with most training images"),
      FileKey("remaining", "count", "—", "all but so many classes with most training images"),
      FileKey("min_images", "count", "—", "only classes with at least so many usable images"),
      FileKey("include", "list of names", "all", "only these classes"),
      FileKey("exclude", "list of names", "`[]`", "none of these classes"),
    ])

  static let split = FileSection(
    "split",
    [
      FileKey(
        "test", "share, rule, or `given`", "`given` where the data divides itself, else `0.2`",
        "what becomes test: a share of every class, a column's rule, lists of ids, or the data's own division"
      ),
      FileKey(
        "validation", "share", "`0.1`", "the share of train that chooses the best epoch; 0 for none"
      ),
      FileKey(
        "seed", "whole number", "`1`", "draws the division, the same one for all seeds of the sweep"
      ),
      FileKey("long_tail", "mapping or `none`", "`none`", "makes the training split long-tailed"),
      FileKey(
        "group", "column or mapping", "—",
        "images that must not be parted, such as those of one patient: the column that names them, or a rule"
      ),
      FileKey(
        "folds", "count", "—",
        "instead of `test`: so many parts, each of which is the test set of its own runs"),
      FileKey(
        "duplicates", "`keep`, `group`, `drop`", "`group`",
        "what becomes of identical pictures: nothing, one side together, or one of each stays"),
      FileKey(
        "conflicting_labels", "`quarantine`, `keep`",
        "`quarantine`; `keep` with `duplicates: keep`",
        "what becomes of identical pictures with different labels"),
      FileKey(
        "near", "`keep`, `group`", "`keep`",
        "`group` keeps confirmed pairs of nearly identical pictures on one side"),
    ])

  static let splitGroup = FileSection(
    "split.group",
    [
      FileKey("column", "column", "required for `csv`", "the column that is looked at"),
      FileKey(
        "pattern", "regular expression", "required for other formats",
        "images belong together where its first group in parentheses holds the same text; without a column it is sought in the path below the root; at most 1,000 bytes, and two seconds for one text"
      ),
    ])

  static let testByColumn = FileSection(
    "split.test",
    [
      FileKey("column", "column", "required for a column's rule", "the column that decides"),
      FileKey(
        "train", "condition", "this or `test`",
        "examples that meet it are train, all others test, unless that has a condition of its own"),
      FileKey(
        "test", "condition", "this or `train`",
        "examples that meet it are test, all others train, unless that has a condition of its own"),
      FileKey(
        "validation", "condition", "—",
        "beside `train` and `test`: examples that meet it choose the best epoch; else a share of train is cut"
      ),
      FileKey("lists", "mapping", "required for lists", "files with one id a line"),
    ])

  static let columnCondition = FileSection(
    "split.test.test",
    [
      FileKey("divisible_by", "whole number", "—", "the number is a multiple"),
      FileKey(
        "one_of", "list of texts", "—",
        "the cell is one of these; `true` and `false` in any spelling, where all cells mean yes or no"
      ),
      FileKey("below", "number", "—", "the number is smaller"),
      FileKey("above", "number", "—", "the number is larger"),
    ])

  static let testLists = FileSection(
    "split.test.lists",
    [
      FileKey("train", "path", "required", "ids to learn from, relative to the root"),
      FileKey(
        "validation", "path", "—", "ids that choose the best epoch; else a share of train is cut"),
      FileKey("test", "path", "required", "ids to test on"),
    ])

  static let longTail = FileSection(
    "split.long_tail",
    [
      FileKey("profile", "`exponential`, `step`", "`exponential`", "the tail's form"),
      FileKey(
        "factor", "number ≥ 1", "required",
        "images of the largest class over images of the smallest"),
      FileKey("largest", "count", "its whole count", "images of the largest class"),
      FileKey(
        "validation", "`follow`, `keep`", "`follow`",
        "a class keeps the same share of its validation images as of its training images, at least one; or all of them"
      ),
    ])

  static let image = FileSection(
    "image",
    [
      FileKey("size", "pixels", "this, or the next two", "height and width, 8 to 1024"),
      FileKey("height", "pixels", "`size`", "8 to 1024"),
      FileKey("width", "pixels", "`size`", "8 to 1024"),
      FileKey(
        "mean", "three numbers", "`[0.485, 0.456, 0.406]`",
        "subtracted from each channel of values 0 to 1"),
      FileKey(
        "standard_deviation", "three numbers", "`[0.229, 0.224, 0.225]`", "divides each channel"),
      FileKey(
        "orientation", "`ignore`, `apply`", "`ignore`",
        "what becomes of the way up that a camera noted in a picture's EXIF data"),
      FileKey(
        "decode", "`scaled`, `exact`", "`scaled`",
        "large JPEGs: decoded at 1/2, 1/4 or 1/8 of their size, never below twice `size`; or in full"
      ),
      FileKey(
        "pixel_limit", "count", "`100000000`",
        "most pixels of a picture, 1000 to 4000000000; `decode: scaled` counts those that are left"),
    ])
}
