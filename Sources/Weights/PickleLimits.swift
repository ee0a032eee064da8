/// How much a pickle may make its reader hold.
///
/// A state dict of 65,536 tensors, the most that are read, has about 10 MB of pickle, 300,000
/// containers and 500,000 remembered values; Python writes what a dictionary holds in pieces of 1,000,
/// so that few values are open at a time. With these limits the machine stays below 256 MB.
struct PickleLimits {
  /// Bytes of the pickle.
  var bytes = 1 << 24
  /// Values on the stack, and open marks.
  var stack = 1 << 18
  /// Tuples, lists and dictionaries together.
  var containers = 1 << 20
  /// Values that they hold together.
  var held = 1 << 21
  /// Values that can be recalled.
  var memo = 1 << 20
}
