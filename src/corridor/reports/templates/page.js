(function(){
var d=document;
function value(cell){
 if(!cell)return "";
 if(cell.dataset.s!==undefined)return parseFloat(cell.dataset.s);
 var t=cell.textContent.trim();
 if(t.charAt(0)==="<")return 0.5;
 var n=parseFloat(t.replace(/−/g,"-").replace(/[$,%±+]/g,""));
 return cell.classList.contains("number")?(isNaN(n)?-Infinity:n):t.toLowerCase();
}
function units(table){
 return table.tBodies.length>1?Array.from(table.tBodies):Array.from(table.tBodies[0].rows);
}
function first(unit){return unit.rows?unit.rows[0]:unit}
function sort(table,th,index){
 var up=th.getAttribute("aria-sort")==="descending";
 if(!th.hasAttribute("aria-sort")&&!th.classList.contains("number"))up=true;
 table.querySelectorAll("th").forEach(function(h){h.removeAttribute("aria-sort")});
 th.setAttribute("aria-sort",up?"ascending":"descending");
 var all=units(table),home=all[0].parentNode,foot=table.tFoot;
 all.map(function(u,i){return{u:u,v:value(first(u).cells[index]),i:i}})
  .sort(function(a,b){var c=a.v<b.v?-1:a.v>b.v?1:0;return(up?c:-c)||a.i-b.i})
  .forEach(function(x){home===table&&foot?table.insertBefore(x.u,foot):home.appendChild(x.u)});
}
function csv(table){
 var rows=[table.tHead.rows[0]].concat(units(table).map(first)),out=rows.map(function(r){
  return Array.from(r.cells).map(function(c){
   var x=c.cloneNode(true);x.querySelectorAll("details").forEach(function(e){e.remove()});
   return '"'+x.textContent.trim().replace(/−/g,"-").replace(/"/g,'""')+'"'}).join(",")});
 var a=d.createElement("a");
 a.href=URL.createObjectURL(new Blob(["\ufeff"+out.join("\r\n")],{type:"text/csv"}));
 a.download=table.dataset.name+".csv";a.click();setTimeout(function(){URL.revokeObjectURL(a.href)},1000);
}
d.querySelectorAll("table[data-name]").forEach(function(table){
 Array.from(table.tHead.rows[0].cells).forEach(function(th,index){
  var b=d.createElement("span");b.setAttribute("role","button");b.tabIndex=0;b.textContent=th.textContent;
  b.onclick=function(){sort(table,th,index)};
  b.onkeydown=function(e){if(e.key==="Enter"||e.key===" "){e.preventDefault();sort(table,th,index)}};
  th.textContent="";th.appendChild(b);
 });
 var head=table.closest(".table").querySelector(".table-head"),tools=d.createElement("div");
 tools.className="tools";
 if(units(table).length>8){
  var f=d.createElement("input");f.type="search";f.placeholder="Filter";f.setAttribute("aria-label","Filter "+table.dataset.name);
  f.oninput=function(){var w=f.value.toLowerCase();units(table).forEach(function(u){u.hidden=first(u).textContent.toLowerCase().indexOf(w)<0})};
  tools.appendChild(f);
 }
 var s=d.createElement("button");s.type="button";s.textContent="Download CSV";s.onclick=function(){csv(table)};
 tools.appendChild(s);head.appendChild(tools);
});
function reveal(){
 var t=location.hash&&d.getElementById(decodeURIComponent(location.hash.slice(1)));
 if(!t)return;
 for(var e=t;e;e=e.parentElement)if(e.tagName==="DETAILS")e.open=true;
 t.scrollIntoView();
}
addEventListener("hashchange",reveal);reveal();
d.querySelectorAll("details.page").forEach(function(e){e.addEventListener("toggle",function(){
 if(e.open&&e.id&&location.hash!=="#"+e.id&&e.contains(d.activeElement))history.pushState(null,"","#"+e.id)})});
var opened=[];
addEventListener("beforeprint",function(){opened=Array.from(d.querySelectorAll("details.page:not([open]),details.behind:not([open]),details.steps:not([open])"));opened.forEach(function(e){e.open=true})});
addEventListener("afterprint",function(){opened.forEach(function(e){e.open=false})});
})();
