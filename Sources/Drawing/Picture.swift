/// One SVG drawing, in pixels of its own coordinates.
///
/// Its marks carry classes of `Palette`, so that the same drawing takes the colours of a page, light
/// or dark, and those of a file for a paper.
public struct Picture: Hashable, Sendable {
  public var width: Double
  public var height: Double
  /// What screen readers say and what tooltips of the whole picture show.
  public var title: String
  /// What is to be seen, in a sentence or two.
  public var summary: String
  /// The elements inside `<svg>`.
  public var body: Markup

  public init(width: Double, height: Double, title: String, summary: String, body: Markup) {
    (self.width, self.height, self.title, self.summary) = (width, height, title, summary)
    self.body = body
  }

  /// Inside a page: as wide as its column allows, at most its own width; colours from the page.
  ///
  /// - Parameter id: unique in the page; ties title and summary to the picture.
  public func inline(id: String) -> Markup {
    """
    <svg class="picture" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
    role="img" aria-labelledby="\(id)-t \(id)-d"><title id="\(id)-t">\(title)</title>\
    <desc id="\(id)-d">\(summary)</desc>\(body)</svg>
    """
  }

  /// A file of its own, in light colours on white.
  ///
  /// - Parameters:
  ///   - millimetres: the width on paper, such as 84 for a column.
  ///   - style: rules for the classes in use, such as ``Palette/paper``.
  public func file(millimetres: Double, style: String) -> Markup {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
    width="\(millimetres)mm" height="\(millimetres * height / width)mm" role="img">\
    <title>\(title)</title><desc>\(summary)</desc><style>\(Markup(verbatim: style))</style>\
    <rect width="100%" height="100%" fill="#fff"/>\(body)</svg>

    """
  }
}
