/// The script of pages: sorting, filtering, choosing, tooltips, the current section. Nothing else needs
/// it. It holds no `<` that begins a tag and no user's text.
enum PageScript {
  static let text = #"""
    (function(){var d=document,A=function(s,e){return[].slice.call((e||d).querySelectorAll(s))};
    d.documentElement.classList.add('js');
    var key=function(r,k){var c=r.cells[k];if(!c)return'';var v=c.getAttribute('data-v');
    return v===null?c.textContent.trim().toLowerCase():v===''?-1e300:+v};
    A('table.sort').forEach(function(t){A('thead button',t).forEach(function(b){b.onclick=function(){
    var th=b.closest('th'),k=th.cellIndex,up=th.getAttribute('aria-sort')=='descending';
    A('th',t.tHead).forEach(function(x){x.removeAttribute('aria-sort')});
    th.setAttribute('aria-sort',up?'ascending':'descending');
    A('tbody',t).forEach(function(o){A('tr:not(.sub)',o).sort(function(x,y){var p=key(x,k),q=key(y,k),
    r=typeof p=='number'&&typeof q=='number'?p-q:String(p).localeCompare(String(q));
    return up?r:-r}).forEach(function(r){o.appendChild(r)})})}})});
    A('input[data-find]').forEach(function(i){i.oninput=function(){var v=i.value.toLowerCase();
    A('#'+i.getAttribute('data-find')+' tbody tr:not(.sub)').forEach(function(r){
    r.hidden=r.cells[0].textContent.toLowerCase().indexOf(v)==-1})}});
    A('select[data-choose]').forEach(function(s){var f=function(){
    A('[data-group="'+s.getAttribute('data-choose')+'"]').forEach(function(e){
    e.hidden=e.getAttribute('data-option')!=s.value})};s.onchange=f;f()});
    A('select[data-metric]').forEach(function(s){var t=d.getElementById(s.getAttribute('data-metric')),
    M=JSON.parse(d.getElementById(t.id+'-data').textContent),P=function(v,a){
    return(100*(v-a[0])/(a[1]-a[0])).toFixed(2)+'%'};
    s.onchange=function(){var m=M[s.value];A('[data-label]',t).forEach(function(e){e.textContent=m.l});
    A('tbody',t).forEach(function(o,q){var b=m.b[q];if(!b)return;o.style.setProperty('--g',b.t.map(function(x){
    return'linear-gradient(var(--grid),var(--grid)) '+P(x[0],b.a)+' 0/1px 100% no-repeat'}).join());
    A('.axis',o).forEach(function(e){e.textContent='';b.t.forEach(function(x){var y=d.createElement('span');
    y.style.insetInlineStart=P(x[0],b.a);y.textContent=x[1];e.appendChild(y)})});
    A('tr[data-r]',o).forEach(function(r){var v=m.r[+r.getAttribute('data-r')],c=r.cells,
    w=function(k,x){var l=r.querySelector('line.'+k);if(!l)return;l.style.display=x?'':'none';
    if(x){l.setAttribute('x1',P(x[0],b.a));l.setAttribute('x2',P(x[1],b.a))}};
    w('bl',v.b===null?null:[v.b,v.b]);w('in',v.i);w('out',v.o);
    A('circle',r).forEach(function(e,n){var x=v.s[n];e.style.display=x==null?'none':'';
    if(x!=null)e.setAttribute('cx',P(x,b.a))});
    var u=r.querySelector('rect');u.style.display=v.m===null?'none':'';if(v.m!==null)u.setAttribute('x',P(v.m,b.a));
    r.className=v.c+(r.classList.contains('base')?' base':'');
    [[2,v.m,v.t[0]],[3,v.d,v.t[1]],[4,null,v.t[2]],[8,null,v.t[3]]].forEach(function(x){if(!c[x[0]])return;
    c[x[0]].textContent=x[2];if(x[0]!=8&&x[0]!=4)c[x[0]].setAttribute('data-v',x[1]===null?'':x[1])})})})}});
    var tip=d.getElementById('tip'),show=function(x,y,s){tip.textContent=s;tip.hidden=false;
    tip.style.left=Math.max(4,Math.min(innerWidth-tip.offsetWidth-8,x+12))+'px';
    tip.style.top=(y+tip.offsetHeight+24>innerHeight?y-tip.offsetHeight-10:y+14)+'px'};
    var text=function(e){var x=e.closest('[data-tip]');if(x)return x.getAttribute('data-tip');
    x=e.closest('table.heat td[data-v]');if(!x)return null;var t=x.closest('table'),r=x.parentNode,
    h=t.tHead.rows[0].cells[x.cellIndex];
    return r.cells[0].textContent+', '+h.textContent+': '+x.getAttribute('data-v')};
    d.addEventListener('pointermove',function(e){var s=e.target.closest?text(e.target):null;
    if(s)show(e.clientX,e.clientY,s);else tip.hidden=true});
    d.addEventListener('focusin',function(e){var s=text(e.target);if(!s){tip.hidden=true;return}
    var b=e.target.getBoundingClientRect();show(b.left+b.width/2,b.top+b.height/2,s)});
    d.addEventListener('keydown',function(e){if(e.key=='Escape')tip.hidden=true});
    if('IntersectionObserver'in window){var L={};A('nav a').forEach(function(a){L[a.hash.slice(1)]=a});
    var io=new IntersectionObserver(function(es){es.forEach(function(e){var a=L[e.target.id];
    if(!e.isIntersecting||!a)return;A('nav a').forEach(function(x){x.classList.remove('on');
    x.removeAttribute('aria-current')});a.classList.add('on');a.setAttribute('aria-current','true')})},
    {rootMargin:'-10% 0px -80% 0px'});A('section.fig').forEach(function(x){io.observe(x)})}
    var again=d.getElementById('again');if(again)setTimeout(function f(){if(again.checked)location.reload();
    else again.onchange=f},1e3*again.getAttribute('data-seconds'));
    addEventListener('beforeprint',function(){A('details:not(.long)').forEach(function(x){x.open=true})});
    var unfold=function(){var e=d.getElementById(location.hash.slice(1));for(var x=e;x;x=x.parentElement)
    if(x.tagName=='DETAILS')x.open=true;if(e&&e.closest('details'))e.scrollIntoView()};
    addEventListener('hashchange',unfold);if(location.hash)unfold()})();
    """#
}
